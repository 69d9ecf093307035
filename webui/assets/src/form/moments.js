// Dates and times as the form library writes them: 2026-01-21, 14:30, 14:30+03:00, 2026-01-21T14:30Z.

const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;
const ISO_TIME = /(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;
const DAY = 24 * 60;

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/** @param {number} minutes of the day */
function clockText(minutes) {
  const day = ((minutes % DAY) + DAY) % DAY;
  return `${two(Math.floor(day / 60))}:${two(day % 60)}`;
}

/** Minutes that a clock with this suffix is ahead of UTC. @param {string} suffix */
function offsetMinutes(suffix) {
  if (suffix === "Z") {
    return 0;
  }
  const [hours, minutes] = suffix.slice(1).split(":").map(Number);
  return (suffix[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

/** Minutes that this computer is ahead of UTC. @param {Date} moment */
function ownOffset(moment) {
  return -moment.getTimezoneOffset();
}

/**
 * @param {string | null | undefined} value
 * @param {"date" | "time" | "datetime"} kind
 * @returns {{date: string, time: string}} as the inputs of the browser take them; '' where there is nothing
 */
export function fromValue(value, kind) {
  if (!value) {
    return { date: "", time: "" };
  }
  const time = ISO_TIME.exec(value);
  const zone = time?.[3];
  if (kind === "datetime" && zone) {
    const moment = new Date(value);
    const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
    return { date, time: `${two(moment.getHours())}:${two(moment.getMinutes())}` };
  }
  const shift = zone ? ownOffset(new Date()) - offsetMinutes(zone) : 0;
  return {
    date: kind === "time" ? "" : (ISO_DATE.exec(value)?.[0] ?? ""),
    time: kind === "date" || !time ? "" : clockText(Number(time[1]) * 60 + Number(time[2]) + shift),
  };
}

/**
 * @param {{date: string, time: string}} parts
 * @param {"date" | "time" | "datetime"} kind
 * @param {string | undefined} format 'no_timezone', 'utc_offset' or 'utc_normalized'
 * @returns {string | null} null while something is missing
 */
export function toValue({ date, time }, kind, format) {
  if ((kind !== "time" && !date) || (kind !== "date" && !time)) {
    return null;
  }
  if (kind === "date") {
    return date;
  }
  const day = kind === "datetime" ? `${date}T` : "";
  const moment = kind === "datetime" ? new Date(`${date}T${time}`) : new Date();
  const ahead = ownOffset(moment);
  if (format === "utc_normalized") {
    if (kind === "datetime") {
      return `${moment.toISOString().slice(0, 16)}Z`;
    }
    const [hours, minutes] = time.split(":").map(Number);
    return `${clockText(hours * 60 + minutes - ahead)}Z`;
  }
  if (format === "utc_offset") {
    return `${day}${time}${ahead < 0 ? "-" : "+"}${clockText(Math.abs(ahead))}`;
  }
  return day + time;
}
