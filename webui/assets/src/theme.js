// The look chosen in the menu of the user: '' follows the computer.

const choice = localStorage.getItem("marshrut-theme");
if (choice === "light" || choice === "dark") {
  document.documentElement.dataset.theme = choice;
}
