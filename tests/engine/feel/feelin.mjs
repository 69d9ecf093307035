// Evaluates expressions with feelin: a list of {ask | test, of, with} from standard input, values as FEEL text to
// standard output. FEELIN_DIR names the installed package.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const feelin = await import(pathToFileURL(join(process.env.FEELIN_DIR, 'dist', 'index.js')).href);
const PLAIN_KEY = /^[\p{L}_][\p{L}\p{N}_ ]*$/u;

function written(value) {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (feelin.isRange(value)) return range(value);
  if (typeof value === 'function' || feelin.isFunction(value)) return 'function';
  if ('iso' in value) return `@"${value.iso}"`;
  const entries = Object.entries(value).map(([ key, inner ]) => `${PLAIN_KEY.test(key) ? key : JSON.stringify(key)}: ${written(inner)}`);
  return `{${entries.join(', ')}}`;
}

function range(value) {
  const opening = value['start included'] ? '[' : '(';
  const closing = value['end included'] ? ']' : ')';
  return `${opening}${written(value.start)}..${written(value.end)}${closing}`;
}

function answer(asked) {
  try {
    const context = {};
    for (const [ name, text ] of Object.entries(asked.with ?? {})) {
      context[name] = feelin.evaluate(text, {}).value;
    }
    if (asked.ask !== undefined) {
      return written(feelin.evaluate(asked.ask, context).value);
    }
    context['?'] = feelin.evaluate(asked.of, {}).value;
    return written(feelin.unaryTest(asked.test, context).value);
  } catch (error) {
    return error instanceof feelin.SyntaxError ? 'error' : 'failed';
  }
}

const asked = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(asked.map(answer)));
