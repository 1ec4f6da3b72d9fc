/** Controls of both blocks, and what turns the direction of the text around it. */
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/** Text of elsewhere on one line: what could not be seen, or would move what is around it, is shown by its number. */
export function visibleText(text: string): string {
  return text.replaceAll(
    hidden,
    (character) => `\u27E8${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}\u27E9`,
  );
}

/** The same over several lines: line ends and tabs do what they mean. */
export function visibleLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/u)
    .map((part) => (part === '\t' || part.endsWith('\n') ? part.replace('\r', '') : visibleText(part)))
    .join('');
}

/** Its beginning, marked where it goes on; never half of a character. */
export function cutTo(text: string, atMost: number): string {
  if (text.length <= atMost) return text;
  const end = /[\uD800-\uDBFF]/u.test(text.charAt(atMost - 1)) ? atMost - 1 : atMost;
  return `${text.slice(0, end)}…`;
}

/** The last levels of a topic, which tell it from its neighbours. */
export function topicEnd(topic: string, levels: number): string {
  let at = topic.length;
  for (let level = 0; level < levels && at > 0; level++) at = topic.lastIndexOf('/', at - 1);
  return at <= 0 ? topic : `…${topic.slice(at + 1)}`;
}
