// What the content policy (no inline styles, no code from strings) and the Russian date require of the libraries,
// done while bundling, so that node_modules stays as published.
//
//   domify     style attributes in markup                   -> src/patches/domify.js
//   flatpickr  creates <style>, reads dates by the browser's language; our date field replaces its only user
//                                                           -> src/patches/no-flatpickr.js

import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** @type {import("esbuild").Plugin} */
export const contentPolicy = {
  name: "content-policy",
  setup(build) {
    build.onResolve({ filter: /^domify$/ }, () => ({ path: join(HERE, "src/patches/domify.js") }));
    build.onResolve({ filter: /^domify-original$/ }, () => ({ path: join(HERE, "node_modules/domify/index.js") }));
    build.onResolve({ filter: /^flatpickr$/ }, () => ({ path: join(HERE, "src/patches/no-flatpickr.js") }));
  },
};
