(()=>{var e=localStorage.getItem("marshrut-theme");(e==="light"||e==="dark")&&(document.documentElement.dataset.theme=e);})();
