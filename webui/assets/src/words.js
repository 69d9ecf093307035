// Words that scripts write into pages: Russian, and English where the page is.

const NBSP = "\u00a0";
const MONTHS = [
  "января", "февраля", "марта", "апреля", "мая", "июня",
  "июля", "августа", "сентября", "октября", "ноября", "декабря",
];
const WEEKDAYS = ["вс", "пн", "вт", "ср", "чт", "пт", "сб"];
const IN_ENGLISH = document.documentElement.lang === "en";

/**
 * What stands in sight on every step; faults and questions stay Russian, as the forms are.
 * @param {string} russian
 * @param {string} english
 */
export function either(russian, english) {
  return IN_ENGLISH ? english : russian;
}

/** «1 field», «2 fields». @param {number} number @param {string} one @param {string} many */
export function counted(number, one, many) {
  return `${number}${NBSP}${number === 1 ? one : many}`;
}

/**
 * «1 поле», «2 поля», «5 полей».
 * @param {number} number
 * @param {string} one
 * @param {string} few
 * @param {string} many
 */
export function plural(number, one, few, many) {
  const tens = Math.abs(number) % 100;
  const units = tens % 10;
  const form = tens > 10 && tens < 20 ? many : units === 1 ? one : units > 1 && units < 5 ? few : many;
  return `${number}${NBSP}${form}`;
}

/** «14:32» of this computer. @param {Date} moment */
export function clock(moment) {
  return moment.toLocaleTimeString("ru-RU", { hour: "2-digit", minute: "2-digit" });
}

/** «21 января 2026, ср» of an ISO date. @param {string} iso */
export function dateWords(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const moment = new Date(Date.UTC(year, month - 1, day));
  if (IN_ENGLISH) {
    return moment.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", weekday: "short", timeZone: "UTC" });
  }
  const weekday = WEEKDAYS[moment.getUTCDay()];
  return `${day}${NBSP}${MONTHS[month - 1]} ${year}, ${weekday}`;
}
