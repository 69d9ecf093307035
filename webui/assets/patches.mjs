// What is changed in the libraries while bundling, so that node_modules stays as published. The watermarks of bpmn.io
// and the code that shows them are left alone.
//
//   domify       writes style attributes in markup, which the content policy forbids -> src/patches/domify.js
//   flatpickr    creates <style>, reads dates by the browser's language; our date field replaces its only user
//                                                                                     -> src/patches/no-flatpickr.js
//   form-js      adds one more listener to every change each time the form is drawn: typing slows down by the hour;
//                names the button that removes a row of a list in English only

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const LISTENER_EVERY_TIME = `    eventBus.on('changed', newState => {
      setState(newState);
    });`;
const LISTENER_ONCE = `    useLayoutEffect(() => {
      const update = newState => { setState(newState); };
      eventBus.on('changed', update);
      return () => eventBus.off('changed', update);
    }, []);`;

const REMOVE_IN_ENGLISH = "`Remove list item ${itemIndex + 1}`";
const REMOVE = "`Убрать строку ${itemIndex + 1}`";

/** @type {import("esbuild").Plugin} */
export const patches = {
  name: "patches",
  setup(build) {
    build.onResolve({ filter: /^domify$/ }, () => ({ path: join(HERE, "src/patches/domify.js") }));
    build.onResolve({ filter: /^domify-original$/ }, () => ({ path: join(HERE, "node_modules/domify/index.js") }));
    build.onResolve({ filter: /^flatpickr$/ }, () => ({ path: join(HERE, "src/patches/no-flatpickr.js") }));
    build.onLoad({ filter: /form-js-viewer\/dist\/index\.es\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!text.includes(LISTENER_EVERY_TIME) || !text.includes(REMOVE_IN_ENGLISH)) {
        throw new Error("form-js has changed: look at its patches in patches.mjs");
      }
      const patched = text.replace(LISTENER_EVERY_TIME, LISTENER_ONCE).replace(REMOVE_IN_ENGLISH, () => REMOVE);
      return { contents: patched, loader: "js" };
    });
  },
};
