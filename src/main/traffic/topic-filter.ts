import { AppError } from '../../shared/domain/app-error.ts';

/** Does a topic match? MQTT 3.1.1, section 4.7. */
export type TopicTest = (topic: string) => boolean;

export type TopicFilterFault =
  | 'empty'
  | 'too-long'
  | 'hash-not-last'
  | 'wildcard-in-level'
  | 'null-character';

/** What is wrong with a topic filter and at which character; `null` where nothing is. */
export function topicFilterFault(
  filter: string,
): { readonly reason: TopicFilterFault; readonly at: number } | null {
  if (filter === '') return { reason: 'empty', at: 0 };
  if (Buffer.byteLength(filter) > 65_535) return { reason: 'too-long', at: 0 };
  const zero = filter.indexOf('\0');
  if (zero !== -1) return { reason: 'null-character', at: zero };
  let at = 0;
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level === '#' && index !== levels.length - 1) return { reason: 'hash-not-last', at };
    const wildcard = level.search(/[+#]/u);
    if (wildcard !== -1 && level.length > 1) return { reason: 'wildcard-in-level', at: at + wildcard };
    at += level.length + 1;
  }
  return null;
}

/** @throws AppError `traffic.bad-filter` (data: field `topic`, at, reason) */
export function compileTopicFilter(filter: string): TopicTest {
  const fault = topicFilterFault(filter);
  if (fault !== null) {
    throw new AppError('traffic.bad-filter', `Not a topic filter: ${fault.reason}.`, {
      field: 'topic',
      at: fault.at,
      reason: fault.reason,
    });
  }
  if (filter === '#') return (topic) => !topic.startsWith('$');
  if (!/[+#]/u.test(filter)) return (topic) => topic === filter;
  const levels = filter.split('/');
  const open = levels.at(-1) === '#';
  const fixed = open ? levels.slice(0, -1) : levels;
  const first = fixed[0] ?? '';
  const wildBegin = first === '+';
  return (topic) => {
    if (wildBegin && topic.startsWith('$')) return false;
    return matchesLevels(topic, fixed, open);
  };
}

/** Walks both side by side, without splitting the topic: it runs for each message. */
function matchesLevels(topic: string, levels: readonly string[], open: boolean): boolean {
  let from = 0;
  for (const [index, level] of levels.entries()) {
    if (from > topic.length) return false;
    const slash = topic.indexOf('/', from);
    const end = slash === -1 ? topic.length : slash;
    if (level !== '+' && !(end - from === level.length && topic.startsWith(level, from))) return false;
    from = end + 1;
    // `a/#` matches `a` too (section 4.7.1.2).
    if (slash === -1) return index === levels.length - 1;
  }
  return open;
}

/**
 * The filter of a list of topics: with a whole level of `+` or `#` a topic filter, else text in the topic, whatever
 * its case. Empty: all. A wildcard inside a level is text, so this never throws.
 */
export function compileTopicSearch(filter: string): TopicTest {
  if (filter === '') return () => true;
  if (filter.split('/').some((level) => level === '+' || level === '#') && topicFilterFault(filter) === null)
    return compileTopicFilter(filter);
  const text = filter.toLowerCase();
  return (topic) => topic.toLowerCase().includes(text);
}
