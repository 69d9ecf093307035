// What the form library says, in Russian. Keys are its own English texts.

const WORDS = {
  "Add new": "Добавить",
  "All values selected": "Выбраны все значения",
  "Click to remove sorting": "Снять сортировку",
  "Click to sort by {value} ascending": "Сортировать по столбцу «{value}» по возрастанию",
  "Click to sort by {value} descending": "Сортировать по столбцу «{value}» по убыванию",
  Collapse: "Свернуть",
  "Date and time must both be entered.": "Укажите и дату, и время.",
  Decrement: "Уменьшить",
  "Document reference is not defined.": "Документ не указан.",
  "Download {fileName}": "Скачать {fileName}",
  "Expand all ({value})": "Показать все: ещё {value}",
  "External content couldn't be loaded.": "Не удалось открыть содержимое.",
  "Field is required.": "Заполните это поле.",
  "Field must be a valid email.": "Напишите адрес почты целиком, например ivanova@example.ru.",
  "Field must be a valid international phone number. (e.g. +4930664040900)":
    "Напишите телефон с кодом страны и без пробелов, например +79021234567.",
  "Field must have maximum length of {value}.": "Сократите текст: можно не больше {value} знаков.",
  "Field must have maximum value of {value}.": "Число должно быть не больше {value}.",
  "Field must have minimum length of {value}.": "Напишите подробнее: нужно не меньше {value} знаков.",
  "Field must have minimum value of {value}.": "Число должно быть не меньше {value}.",
  "Field must match pattern {value}.": "Исправьте: текст не такого вида, какой здесь нужен.",
  "{value} files selected": "Выбрано файлов: {value}",
  Increment: "Увеличить",
  "Max validation value is not a valid number.": "Наибольшее значение этого поля задано неверно. Сообщите методисту.",
  "Min validation value is not a valid number.": "Наименьшее значение этого поля задано неверно. Сообщите методисту.",
  "Next page": "Следующая страница",
  "No content to show.": "Показать нечего.",
  "No files selected": "Файлы не выбраны",
  "No results": "Ничего не найдено",
  "Nothing to show.": "Строк нет.",
  "{page} of {total}": "{page} из {total}",
  "Please select a valid value, the two nearest valid values are {previousValue} and {nextValue}.":
    "Ближайшие подходящие числа: {previousValue} и {nextValue}.",
  "Previous page": "Предыдущая страница",
  "Remove tag": "Убрать",
  Search: "Найти",
  "Skip to search": "К поиску",
  "Unable to download document": "Не удалось скачать документ",
  "Value is expected to be an integer.": "Напишите целое число.",
  "Value is expected to have at most 1 decimal digit.": "Округлите: после запятой не больше 1 знака.",
  "Value is expected to have at most {value} decimal digits.": "Округлите: после запятой не больше {value} знаков.",
  "Value is not a number.": "Напишите число цифрами, например 12 или 12,5.",
};

/** What the library says about an empty required field. */
export const REQUIRED = WORDS["Field is required."];

/**
 * The service `translate` of the form library.
 * @param {string} text
 * @param {Record<string, string>} [replacements]
 */
export function translate(text, replacements = {}) {
  return (WORDS[text] ?? text).replace(/{([^}]+)}/g, (whole, key) => String(replacements[key] ?? whole));
}

const MISSING = {
  select: "Выберите значение в поле",
  radio: "Выберите значение в поле",
  checklist: "Отметьте хотя бы одно значение в поле",
  taglist: "Выберите хотя бы одно значение в поле",
  checkbox: "Поставьте отметку",
  date: "Укажите дату в поле",
  time: "Укажите время в поле",
  datetime: "Укажите дату и время в поле",
  number: "Напишите число в поле",
};

/** Name of a field for people. @param {any} field */
export function labelOf(field) {
  return field.label || field.dateLabel || field.timeLabel || "";
}

/**
 * A fault of a field in words that name the field and the remedy. `properties.message` of the field, which the
 * server uses too, replaces any other words.
 * @param {any} field
 * @param {string} fault
 */
export function faultWords(field, fault) {
  if (field.properties?.message) {
    return field.properties.message;
  }
  if (fault !== REQUIRED) {
    return fault;
  }
  const kind = field.type === "datetime" ? (field.subtype ?? "date") : field.type;
  return `${MISSING[kind] ?? "Заполните поле"} «${labelOf(field)}».`;
}
