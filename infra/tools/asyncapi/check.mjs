// Parses AsyncAPI documents with the official parser and prints what it finds.
// usage: node check.mjs FOLDER_OF_NODE_MODULES DOCUMENT...; fails on errors in any, not on advice.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const { Parser, fromFile } = createRequire(`${resolve(modules)}/`)("@asyncapi/parser");

const LEVELS = ["error", "warning", "info", "hint"];
const NOT_ADVICE_WE_TAKE = "asyncapi-latest-version"; // 3.0 is what consumers' tools read

for (const file of files) {
  const { document, diagnostics } = await fromFile(new Parser(), file).parse();
  const relevant = diagnostics.filter(({ code }) => code !== NOT_ADVICE_WE_TAKE);
  for (const { severity, code, path, message } of relevant) {
    console.error(`${file}: ${LEVELS[severity]}: ${path.join(".")}: ${message.replaceAll("\n", " ")} (${code})`);
  }
  if (!document || relevant.some(({ severity }) => severity === 0)) {
    process.exitCode = 1;
    continue;
  }
  const counts = ["channels", "operations", "messages"].map((part) => `${document[part]().all().length} ${part}`);
  console.log(`${file}: valid AsyncAPI ${document.version()}, ${counts.join(", ")}`);
}
