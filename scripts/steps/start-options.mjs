import { parseArgs } from 'node:util';

/**
 * What `npm start --` understands. Read before anything is installed, so without a library; a test holds it
 * against what the web page's host understands. `webOnly` asks for something that a window does not have.
 */
export const startOptions = {
  demo: { type: 'boolean', text: 'add a demo site with three virtual sensors' },
  web: { type: 'boolean', webOnly: true, text: 'the web page even where a window would be possible' },
  data: { type: 'string', value: 'folder', text: 'where database, settings and logs are kept' },
  port: { type: 'string', value: 'number', webOnly: true, text: 'first port to try for the page' },
  listen: {
    type: 'string',
    value: 'address',
    webOnly: true,
    text: 'address of the page; another than loopback needs a passphrase',
  },
  'passphrase-file': {
    type: 'string',
    value: 'file',
    webOnly: true,
    text: 'file with the passphrase (or the variable DATAYOTI_PASSPHRASE)',
  },
  'no-open': { type: 'boolean', webOnly: true, text: 'do not open a browser' },
  help: { type: 'boolean', text: 'show this' },
};

/**
 * @param {readonly string[]} args
 * @returns {{ help: boolean, webPage: boolean, passedOn: string[] } | { problem: string }} `passedOn` is what
 * the host of the window or of the page gets; a problem is one sentence
 */
export function readStartOptions(args) {
  const options = Object.fromEntries(
    Object.entries(startOptions).map(([name, { type }]) => [name, { type }]),
  );
  options.help.short = 'h';
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const passedOn = [];
  let [help, webPage] = [false, false];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') return problem(`"${token.value}" is not understood`);
    const option = startOptions[token.name];
    const named = `--${token.name}`;
    if (option === undefined || !Object.hasOwn(startOptions, token.name))
      return problem(`The option ${token.rawName} is not known`);
    if (option.type === 'boolean' && token.value !== undefined) return problem(`${named} takes no value`);
    if (option.type === 'string' && (token.value ?? '') === '')
      return problem(`${named} needs a ${option.value}`);
    if (option.type === 'string' && !token.inlineValue && token.value.startsWith('-'))
      return problem(`${named} needs a ${option.value}`);
    if (token.name === 'port' && !isPort(token.value)) return problem('--port is a number from 1 to 65535');
    help ||= token.name === 'help';
    webPage ||= option.webOnly === true;
    if (token.name === 'help' || token.name === 'web') continue;
    passedOn.push(named, ...(token.value === undefined ? [] : [token.value]));
  }
  return { help, webPage, passedOn };
}

export function startHelp() {
  const lines = Object.entries(startOptions).map(([name, { value, text }]) => {
    const form = value === undefined ? `--${name}` : `--${name} <${value}>`;
    return `  ${form.padEnd(26)} ${text}`;
  });
  return [
    'npm start -- [options]',
    '',
    'Installs what is missing, builds what is stale and opens DataYoti Field: as a window where that is',
    'possible, as a local web page everywhere else.',
    '',
    ...lines,
  ].join('\n');
}

function isPort(text) {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function problem(text) {
  return { problem: `${text}; npm start -- --help lists what is.` };
}
