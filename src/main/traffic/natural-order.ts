/** By name, runs of digits by their value: `sensor-2` before `sensor-10`. Never 0 for two different names. */
export function naturalOrder(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (isDigit(left) && isDigit(right)) {
      const order = compareNumbers(a, b, at);
      if (order !== 0) return order;
    }
    if (left !== right) return left - right;
  }
  return a.length - b.length;
}

/** The numbers that begin at `at` in both; 0 where they are written alike. */
function compareNumbers(a: string, b: string, at: number): number {
  const endA = digitsEnd(a, at);
  const endB = digitsEnd(b, at);
  const beginA = skipZeros(a, at, endA);
  const beginB = skipZeros(b, at, endB);
  const longer = endA - beginA - (endB - beginB);
  if (longer !== 0) return longer;
  for (let place = 0; place < endA - beginA; place++) {
    const difference = a.charCodeAt(beginA + place) - b.charCodeAt(beginB + place);
    if (difference !== 0) return difference;
  }
  return endA - at - (endB - at);
}

function digitsEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function skipZeros(text: string, at: number, end: number): number {
  let begin = at;
  while (begin < end - 1 && text.charCodeAt(begin) === 48) begin++;
  return begin;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
