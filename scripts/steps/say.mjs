/** One plain line for the person at the terminal. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** A heading before the output of another program. */
export function announce(text) {
  process.stdout.write(`\n> ${text}\n`);
}

export function seconds(startMs) {
  return `${((Date.now() - startMs) / 1000).toFixed(1)} s`;
}
