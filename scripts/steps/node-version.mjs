import { say } from './say.mjs';

const needed = [20, 19];

/** Ends with a sentence on a Node that is too old, before anything else can fail in a stranger way. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  say(`DataYoti Field needs Node ${needed.join('.')} or later; this is ${process.versions.node}.`);
  process.exit(1);
}
