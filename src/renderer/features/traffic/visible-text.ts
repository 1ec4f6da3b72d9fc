/** Pictures of the control characters (Unicode, block Control Pictures), so that none of them hides or moves anything. */
const pictures = 0x2400;
const deletePicture = '\u2421';
/** Controls of both blocks, and what turns the direction of the text around it. */
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/gu;

/** Text of elsewhere on one line: what could not be seen is shown by a sign or by its number. */
export function visibleText(text: string): string {
  return text.replaceAll(hidden, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(pictures + code);
    return code === 0x7f ? deletePicture : `\u27E8${code.toString(16).toUpperCase().padStart(4, '0')}\u27E9`;
  });
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
