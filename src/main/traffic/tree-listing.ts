import { compileTopicSearch } from './topic-filter.ts';
import type { TopicTree, TreeNode } from './topic-tree.ts';

export interface TreeQuestion {
  readonly from: number;
  readonly count: number;
  readonly filter: string;
  readonly open: 'listed' | 'all-but-listed';
  readonly nodes: readonly number[];
}

export interface ListedNode {
  readonly node: TreeNode;
  readonly open: boolean;
  /** Of those that the filter leaves. */
  readonly children: number;
}

export interface TreeListing {
  readonly rows: readonly ListedNode[];
  readonly total: number;
  readonly matching: number;
}

/** The visible rows of a tree in a window; `trafficContract.tree` says what they are. */
export function listTree(tree: TopicTree, question: TreeQuestion): TreeListing {
  const { from, count, filter, open, nodes } = question;
  const search = filter === '' ? null : searchTree(tree, filter);
  const listed = new Set(nodes);
  const isOpen = (node: TreeNode): boolean => listed.has(node.id) === (open === 'listed');
  const shown = (node: TreeNode): boolean => search === null || node.mark === search.mark;
  const rows: ListedNode[] = [];
  let total = 0;
  const visit = (parent: TreeNode): void => {
    for (const node of parent.sortedChildren()) {
      if (!shown(node)) continue;
      const inWindow = total >= from && total < from + count;
      total++;
      const opened = node.childCount > 0 && isOpen(node);
      if (inWindow) {
        const children = search === null ? node.childCount : node.sortedChildren().filter(shown).length;
        rows.push({ node, open: opened && children > 0, children });
      }
      // No deeper than the tree, which is bounded.
      if (opened) visit(node);
    }
  };
  visit(tree.root);
  return { rows, total, matching: search?.matching ?? tree.topics };
}

/** Marks the topics that match, with all that leads to them. */
function searchTree(tree: TopicTree, filter: string): { readonly mark: number; readonly matching: number } {
  const matches = compileTopicSearch(filter);
  const mark = tree.nextMark();
  let matching = 0;
  for (let topic = tree.newestTopic; topic !== null; topic = topic.older) {
    if (topic.topic === null || !matches(topic.topic)) continue;
    matching++;
    for (let at: TreeNode | null = topic; at !== null && at.mark !== mark; at = at.parent) at.mark = mark;
  }
  return { mark, matching };
}

/** A node's levels from the root, as a topic. */
export function topicOfNode(node: TreeNode): string {
  if (node.topic !== null) return node.topic;
  const levels: string[] = [];
  for (let at = node; at.parent !== null; at = at.parent) levels.push(at.name);
  return levels.reverse().join('/');
}
