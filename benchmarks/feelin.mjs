// How often feelin answers a condition in a second of processor time: with its parsing, and with the time of
// its parsing alone taken off. Arguments: the expression, the data as JSON. FEELIN_DIR names the installed package.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const feelin = await import(pathToFileURL(join(process.env.FEELIN_DIR, 'dist', 'index.js')).href);
const [ text, data ] = [ process.argv[2], JSON.parse(process.argv[3]) ];

function rate(once) {
  let best = 0;
  for (let round = 0; round < 5; round++) {
    const begun = process.cpuUsage();
    let count = 0;
    let spent = 0;
    while (spent < 4e5) {
      for (let i = 0; i < 200; i++) once();
      count += 200;
      const used = process.cpuUsage(begun);
      spent = used.user + used.system;
    }
    best = Math.max(best, count * 1e6 / spent);
  }
  return best;
}

const whole = rate(() => feelin.evaluate(text, data));
const parsing = rate(() => feelin.parseExpression(text, data));
process.stdout.write(JSON.stringify({ with_parsing: whole, without_parsing: 1 / (1 / whole - 1 / parsing) }));
