import '@mantine/core/styles.css';
import '../../../src/renderer/app/theme/tokens.css';
import '../../../src/renderer/app/theme/base.css';
import '../../../src/renderer/components/components.css';
import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { startI18n } from '../../../src/renderer/app/i18n.ts';
import type { PanelLine } from '../../../src/renderer/features/stack/log-buffer.ts';
import { LogPanel } from '../../../src/renderer/features/stack/log-panel.tsx';
import type { LogPull } from '../../../src/renderer/features/stack/use-log-feed.ts';

const linesPerSecond = 5_000;
const atFirst = 100_000;
const largestPage = 5_000;
const services = ['mosquitto', 'postgres', 'ingestor', 'grafana'];
const begun = performance.now();

function lineAt(seq: number): PanelLine {
  const level = seq % 97 === 0 ? 'error' : seq % 31 === 0 ? 'warn' : 'info';
  return {
    seq,
    timeMs: Date.now(),
    source: services[seq % services.length] ?? '',
    level,
    text: `${seq} New client connected from 172.18.0.${seq % 255} as ESP32Client-24:6F:28:00:${seq % 90}:01 (p4, c0, k90)`,
  };
}

/** As an application would answer whose stack writes that much; each page goes through JSON as over the socket. */
const pull: LogPull = async ({ after }) => {
  const there = atFirst + Math.floor(((performance.now() - begun) / 1_000) * linesPerSecond);
  const count = Math.min(largestPage, there - after);
  const items = Array.from({ length: count }, (_, index) => lineAt(after + 1 + index));
  return JSON.parse(JSON.stringify({ items, next: after + count })) as Awaited<ReturnType<LogPull>>;
};

await startI18n();
const root = document.querySelector('#root');
if (root === null) throw new Error('the page is not complete');
createRoot(root).render(
  <MantineProvider>
    <LogPanel pull={pull} sources={services.map((name) => ({ name, label: name }))} fileName="bench.log" />
  </MantineProvider>,
);
