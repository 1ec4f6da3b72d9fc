import type { BoardEvent } from '../../../shared/contract/ports.ts';
import { datayotiPatterns } from './datayoti-patterns.ts';
import { espIdfPatterns } from './esp-idf-patterns.ts';
import type { Data, Pattern } from './log-pattern.ts';
import { sensorPatterns } from './sensor-patterns.ts';
import { bootMode, resetReason } from './reset-reasons.ts';

const patterns: readonly Pattern[] = [...sensorPatterns, ...espIdfPatterns, ...datayotiPatterns];
export const patternIds: readonly string[] = [...new Set(patterns.map(({ id }) => id))];

const resetLine =
  /rst:0x(?<code>[0-9a-f]+) \((?<name>[^)]*)\)(?:,boot:0x(?<boot>[0-9a-f]+) \((?<mode>.*?)\)$)?/i;

/** Everything that one line says; usually nothing or one thing. */
export function eventsOf(text: string): readonly BoardEvent[] {
  const reset = resetLine.exec(text)?.groups;
  if (reset !== undefined) return resetEvents(reset);
  for (const { id, severity, match, data } of patterns) {
    const found = match.exec(text);
    if (found === null) continue;
    const groups: Readonly<Record<string, string | undefined>> = found.groups ?? {};
    const all = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, value ?? '']));
    return [event(id, severity, data?.(groups) ?? all)];
  }
  return [];
}

function resetEvents(groups: Readonly<Record<string, string | undefined>>): readonly BoardEvent[] {
  const { code = '0', name = '', boot, mode } = groups;
  const reason = resetReason(Number.parseInt(code, 16));
  const bad = reason === 'brown-out' || reason === 'watchdog' || reason === 'glitch';
  const events = [event(`reset-${reason}`, bad ? 'warn' : 'note', { code: `0x${code}`, name })];
  if (boot !== undefined && mode !== undefined) {
    const kind = bootMode(mode);
    const severity = kind === 'flash' ? 'note' : 'warn';
    events.push(event(`boot-${kind}`, severity, { boot: `0x${boot}`, mode }));
  }
  return events;
}

export function event(id: string, severity: BoardEvent['severity'], data: Data = {}): BoardEvent {
  return { id, key: `boardLog.${id}`, severity, data };
}
