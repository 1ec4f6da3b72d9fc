import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { naturalOrder } from './natural-order.ts';
import { compileTopicSearch } from './topic-filter.ts';
import { TopicTree, type TreeNode } from './topic-tree.ts';
import { listTree, topicOfNode } from './tree-listing.ts';

const count = (tree: TopicTree, topics: readonly string[]): void => {
  topics.forEach((topic, index) => tree.count(topic, undefined, 10, index + 1, 1_000 * index));
};
const list = (tree: TopicTree, question: object = {}) =>
  listTree(tree, { from: 0, count: 500, filter: '', open: 'all-but-listed', nodes: [], ...question });
const names = (tree: TopicTree, question: object = {}): readonly string[] =>
  list(tree, question).rows.map(({ node }) => topicOfNode(node));

const levels = fc.constantFrom('', 'a', 'b', '1', '2', '10', '+', '#', 'é', '\u202Eabc', '\u0007');
const topics = fc.array(levels, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('the tree of topics', () => {
  test('counts of every level are those of the topics below it, whatever they are called', () => {
    fc.assert(
      fc.property(fc.array(topics, { minLength: 1, maxLength: 60 }), (all) => {
        const tree = new TopicTree();
        const known = new Map<string, TreeNode>();
        all.forEach((topic, index) =>
          known.set(topic, tree.count(topic, known.get(topic), topic.length, index + 1, index)),
        );
        expect(tree.topics).toBe(new Set(all).size);
        for (const { node } of list(tree).rows) {
          const name = topicOfNode(node);
          const below = all.filter((topic) => topic === name || topic.startsWith(`${name}/`));
          expect(node.messages).toBe(below.length);
          expect(node.topics).toBe(new Set(below).size);
          expect(node.ownMessages).toBe(below.filter((topic) => topic === name).length);
          expect(node.lastSeq).toBe(all.findLastIndex((topic) => below.includes(topic)) + 1);
          expect(node.bytes).toBe(below.reduce((sum, topic) => sum + topic.length, 0));
          expect(tree.path(name).at(-1)).toBe(node);
        }
      }),
    );
  });

  test('what is listed with a filter are the topics that match and what leads to them', () => {
    fc.assert(
      fc.property(
        fc.array(topics, { maxLength: 40 }),
        fc.constantFrom('a', 'A/', '+/b', '1/#', '#', 'none of them', '/'),
        (all, filter) => {
          const tree = new TopicTree();
          count(tree, all);
          const matching = [...new Set(all)].filter(compileTopicSearch(filter));
          const shown = list(tree, { filter });
          expect(shown.matching).toBe(matching.length);
          const leading = new Set(
            matching.flatMap((topic) =>
              topic.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')),
            ),
          );
          expect(new Set(names(tree, { filter }))).toEqual(leading);
          expect(shown.total).toBe(leading.size);
        },
      ),
    );
  });

  test('rows are those of the whole list from a place on, and closed nodes hide what is below', () => {
    const tree = new TopicTree();
    count(tree, ['b/2', 'b/10', 'b/1', 'a', 'b', 'a/x/y']);
    expect(names(tree)).toEqual(['a', 'a/x', 'a/x/y', 'b', 'b/1', 'b/2', 'b/10']);
    expect(names(tree, { from: 2, count: 3 })).toEqual(['a/x/y', 'b', 'b/1']);
    expect(list(tree, { from: 2, count: 3 }).total).toBe(7);
    expect(names(tree, { open: 'listed' })).toEqual(['a', 'b']);
    const b = tree.path('b')[0]?.id ?? 0;
    expect(names(tree, { open: 'listed', nodes: [b] })).toEqual(['a', 'b', 'b/1', 'b/2', 'b/10']);
    expect(names(tree, { nodes: [b] })).toEqual(['a', 'a/x', 'a/x/y', 'b']);
    const [first] = list(tree, { open: 'listed' }).rows;
    expect(first).toMatchObject({ open: false, children: 1 });
  });

  test('topics that come later take their place among the others', () => {
    const tree = new TopicTree();
    count(tree, ['c', 'a']);
    expect(names(tree)).toEqual(['a', 'c']);
    count(tree, ['b', 'd', '0']);
    expect(names(tree)).toEqual(['0', 'a', 'b', 'c', 'd']);
  });

  test('of too many topics those that are silent for the longest time go, and the sums above stay', () => {
    const tree = new TopicTree({ nodes: 10, characters: 1_000 });
    count(tree, ['keep/1', ...Array.from({ length: 8 }, (_, index) => `flood/${index}`)]);
    // Two levels and their sum are eleven nodes; the oldest topic is two of them.
    expect(tree.nodes).toBe(9);
    expect(tree.topicsEvicted).toBe(1);
    expect(tree.path('keep/1')).toHaveLength(0);
    count(
      tree,
      Array.from({ length: 1_000 }, (_, index) => `flood/${index}`),
    );
    expect(tree.nodes).toBeLessThanOrEqual(10);
    expect(tree.root.messages).toBe(1_009);
    expect(tree.path('flood')[0]?.messages).toBe(1_008);
    expect(tree.topics).toBe(9);
    expect(names(tree).slice(1)).toEqual(Array.from({ length: 9 }, (_, index) => `flood/${991 + index}`));
  });

  test('a topic that is still spoken of is not the one that goes', () => {
    const tree = new TopicTree({ nodes: 6, characters: 1_000 });
    let node = tree.count('mine', undefined, 1, 1, 1);
    for (let index = 0; index < 100; index++) {
      tree.count(`other${index}`, undefined, 1, 2, 2);
      node = tree.count('mine', node, 1, 3, 3);
    }
    expect(node.ownMessages).toBe(101);
    expect(node.topic).toBe('mine');
  });

  test('topics of 64 kB, of slashes alone or not, are bounded by their characters and their depth', () => {
    const tree = new TopicTree({ nodes: 1_000, characters: 1_000_000 });
    tree.count('/'.repeat(65_535), undefined, 1, 1, 1);
    expect(tree.nodes).toBe(128);
    expect(list(tree, { from: 127 }).rows[0]?.node.name).toHaveLength(65_535 - 127);
    for (let index = 0; index < 40; index++) tree.count(`${index}${'x'.repeat(65_000)}`, undefined, 1, 1, 1);
    expect(tree.topics).toBe(15);
    expect(tree.path('/'.repeat(65_535))).toHaveLength(0);
  });

  test('a rate speaks of about the last ten seconds', () => {
    const tree = new TopicTree();
    let node: TreeNode | undefined;
    for (let ms = 0; ms < 30_000; ms += 100) node = tree.count('a', node, 1, 1, 1_000_000 + ms);
    expect(node?.rate(1_030_000, 10_000)).toBeCloseTo(10, 0);
    expect(node?.rate(1_035_000, 10_000)).toBeCloseTo(5, 0);
    expect(node?.rate(1_045_000, 10_000)).toBe(0);
  });

  test('numbers in names are ordered by their value, and no two names are the same', () => {
    const sorted = ['10', 'x2', 'x10', '9', 'x02', 'X', ''].sort(naturalOrder);
    expect(sorted).toEqual(['', '9', '10', 'X', 'x2', 'x02', 'x10']);
    const name = fc.string({ unit: fc.constantFrom('0', '1', '2', 'a', 'b'), maxLength: 6 });
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(naturalOrder(a, b) === 0).toBe(a === b);
        expect(Math.sign(naturalOrder(a, b))).toBe(-Math.sign(naturalOrder(b, a)) + 0);
        if (naturalOrder(a, b) <= 0 && naturalOrder(b, c) <= 0)
          expect(naturalOrder(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 3_000 },
    );
  });
});
