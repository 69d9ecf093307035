// Builds webui/static from this folder: npm ci --ignore-scripts && node build.mjs
// The result is committed, so that Node is needed only by whoever changes the front end.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import * as sass from "sass";

import { patches } from "./patches.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "node_modules");
const STATIC = join(HERE, "..", "static");
const PAGES = ["app", "form", "diagram"];
const TARGET = ["chrome100", "firefox100", "safari15"];

/** Packages whose styles, icons or fonts are in the result, which the bundler does not see. */
const STYLE_PACKAGES = ["bootstrap", "bootstrap-icons", "@fontsource/pt-sans", "@bpmn-io/form-js-viewer", "bpmn-js", "dmn-js"];

/** Scripts: modules that share what they have in common; returns the packages that went in. */
async function buildScripts() {
  const common = {
    absWorkingDir: HERE,
    bundle: true,
    minify: true,
    legalComments: "none",
    target: TARGET,
    outdir: STATIC,
    logLevel: "warning",
  };
  const modules = await build({
    ...common,
    entryPoints: PAGES.map((page) => `src/${page}.js`),
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    plugins: [patches],
  });
  // Runs before the page is drawn, so that a dark page does not flash white.
  await build({ ...common, entryPoints: ["src/theme.js"], format: "iife" });
  return Object.keys(modules.metafile.inputs)
    .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter(Boolean);
}

function buildStyles() {
  for (const page of PAGES) {
    const source = join(HERE, "styles", `${page}.scss`);
    const { css } = sass.compile(source, {
      style: "compressed",
      loadPaths: [MODULES],
      quietDeps: true,
      // Bootstrap 5 is written with @import; the version of sass is locked.
      silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
    });
    writeFileSync(join(STATIC, `${page}.css`), css.replace(/fonts\/[\w-]+\.woff2/g, versioned));
  }
}

/** Address of a file with the start of its checksum, as the pages write it too. @param {string} path */
function versioned(path) {
  return `${path}?v=${digest(path).slice(0, 12)}`;
}

/** @param {string} path inside static */
function digest(path) {
  return createHash("sha256").update(readFileSync(join(STATIC, path))).digest("hex");
}

/** One file with the icons that icons.json names. */
function buildIcons() {
  const names = JSON.parse(readFileSync(join(HERE, "icons.json"), "utf8"));
  const symbols = Object.entries(names).map(([name, source]) => {
    const svg = readFileSync(join(MODULES, "bootstrap-icons", "icons", `${source}.svg`), "utf8");
    const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)[1].replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`;
  });
  writeFileSync(join(STATIC, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

function copyFiles() {
  mkdirSync(join(STATIC, "fonts"));
  for (const alphabet of ["cyrillic", "cyrillic-ext", "latin"]) {
    for (const weight of [400, 700]) {
      const file = `pt-sans-${alphabet}-${weight}-normal.woff2`;
      cpSync(join(MODULES, "@fontsource/pt-sans/files", file), join(STATIC, "fonts", file));
    }
  }
  cpSync(join(HERE, "favicon.svg"), join(STATIC, "favicon.svg"));
}

/** Licences of everything that went into the result, in their own words. */
function writeNotices(bundled) {
  const packages = [...new Set([...bundled, ...STYLE_PACKAGES])].sort();
  const notices = packages.map((name) => {
    const folder = join(MODULES, name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying|ofl)/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
    return `${name} ${about.version}\nLicence: ${about.license ?? "see below"}\n\n${text}\n`;
  });
  const head = "The files in this folder contain the following works of others.\n";
  writeFileSync(join(STATIC, "THIRD-PARTY-NOTICES.txt"), [head, ...notices].join(`\n${"-".repeat(78)}\n\n`));
}

/** checksums.txt: what the page addresses and the test of a clean build are made from. */
function writeChecksums() {
  const files = readdirSync(STATIC, { recursive: true })
    .filter((path) => statSync(join(STATIC, path)).isFile())
    .map((path) => relative(STATIC, join(STATIC, path)))
    .sort();
  writeFileSync(join(STATIC, "checksums.txt"), files.map((path) => `${digest(path)}  ${path}\n`).join(""));
}

if (!existsSync(MODULES)) {
  console.error("Run first: npm ci --ignore-scripts");
  process.exit(2);
}
rmSync(STATIC, { recursive: true, force: true });
mkdirSync(STATIC);
const bundled = await buildScripts();
copyFiles();
buildStyles();
buildIcons();
writeNotices(bundled);
writeChecksums();
