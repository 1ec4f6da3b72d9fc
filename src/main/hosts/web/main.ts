import { Command } from 'commander';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { failureText } from '../failure-text.ts';
import { defaultDataFolder } from '../platform-paths.ts';
import { addServeOptions, serveOptionsFrom } from './serve-options.ts';
import { serve } from './serve.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const command = addServeOptions(new Command('npm start --')).description(
  'Opens DataYoti Field as a local web page.',
);
command.parse();
try {
  process.exitCode = await serve(
    serveOptionsFrom(command.opts(), {
      root: applicationRoot,
      appVersion: applicationVersion,
      data: defaultDataFolder(),
      say,
    }),
  );
} catch (error) {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
}
process.exit();
