import { naturalOrder } from './natural-order.ts';

export interface TreeLimits {
  readonly nodes: number;
  /** Of the topics' texts. */
  readonly characters: number;
}

export const usualTreeLimits: TreeLimits = { nodes: 200_000, characters: 32_000_000 };
/** Deeper levels are one level together: a topic of nothing but slashes would be 65 536 of them. */
export const deepest = 128;
/** Rates are counted in three steps of this; so it is the last ten seconds that they speak of. */
const stepMs = 5_000;
export const rateWindowMs = 2 * stepMs;

/** One level of topics, with the sums of all below it. */
export class TreeNode {
  readonly id: number;
  readonly name: string;
  readonly parent: TreeNode | null;
  readonly depth: number;
  messages = 0;
  bytes = 0;
  topics = 0;
  lastSeq = 0;
  lastMs = 0;
  /** Of exactly this topic. */
  ownMessages = 0;
  /** The whole topic, where this is one. */
  topic: string | null = null;
  /** Of the last search that found it or something below it. */
  mark = 0;
  /** Neighbours among the topics by the time of their last message. */
  older: TreeNode | null = null;
  newer: TreeNode | null = null;
  #children: Map<string, TreeNode> | null = null;
  #sorted: TreeNode[] = [];
  #unsorted: TreeNode[] = [];
  #removed = false;
  #step = 0;
  #inStep = 0;
  #inStepBefore = 0;
  #inStepBeforeThat = 0;

  constructor(id: number, name: string, parent: TreeNode | null) {
    this.id = id;
    this.name = name;
    this.parent = parent;
    this.depth = parent === null ? -1 : parent.depth + 1;
  }

  get childCount(): number {
    return this.#children?.size ?? 0;
  }

  child(name: string): TreeNode | undefined {
    return this.#children?.get(name);
  }

  addChild(node: TreeNode): void {
    this.#children ??= new Map();
    this.#children.set(node.name, node);
    this.#unsorted.push(node);
  }

  removeChild(node: TreeNode): void {
    this.#children?.delete(node.name);
    this.#removed = true;
    if (this.#children?.size === 0) this.#children = null;
  }

  /** By name; what came since the last look is sorted alone and merged. */
  sortedChildren(): readonly TreeNode[] {
    if (this.#removed) {
      const there = (node: TreeNode): boolean => this.#children?.get(node.name) === node;
      this.#sorted = this.#sorted.filter(there);
      this.#unsorted = this.#unsorted.filter(there);
      this.#removed = false;
    }
    if (this.#unsorted.length > 0) {
      const fresh = this.#unsorted.sort((a, b) => naturalOrder(a.name, b.name));
      this.#sorted = this.#sorted.length === 0 ? fresh : merged(this.#sorted, fresh);
      this.#unsorted = [];
    }
    return this.#sorted;
  }

  count(bytes: number, seq: number, timeMs: number, step: number): void {
    this.messages++;
    this.bytes += bytes;
    this.lastSeq = seq;
    this.lastMs = timeMs;
    if (step !== this.#step) this.#nextStep(step);
    this.#inStep++;
  }

  /** Messages per second in the last `windowMs`, which is at most `rateWindowMs`. */
  rate(nowMs: number, windowMs: number): number {
    const step = Math.floor(nowMs / stepMs);
    if (step !== this.#step) this.#nextStep(step);
    const ofOldest = 1 - (nowMs - step * stepMs) / stepMs;
    const messages = this.#inStep + this.#inStepBefore + this.#inStepBeforeThat * ofOldest;
    return (messages * 1_000) / windowMs;
  }

  #nextStep(step: number): void {
    const passed = step - this.#step;
    this.#inStepBeforeThat = passed === 1 ? this.#inStepBefore : passed === 2 ? this.#inStep : 0;
    this.#inStepBefore = passed === 1 ? this.#inStep : 0;
    this.#inStep = 0;
    this.#step = step;
  }
}

/**
 * Every topic that was seen, level by level. Bounded: where topics are too many, those without a message for the
 * longest time go, and only their sums in the levels above stay.
 */
export class TopicTree {
  readonly root = new TreeNode(0, '', null);
  readonly #limits: TreeLimits;
  #nodes = 0;
  #characters = 0;
  #nextId = 1;
  #evicted = 0;
  #mark = 0;
  #oldest: TreeNode | null = null;
  #newest: TreeNode | null = null;

  constructor(limits: TreeLimits = usualTreeLimits) {
    this.#limits = limits;
  }

  get topics(): number {
    return this.root.topics;
  }

  get topicsEvicted(): number {
    return this.#evicted;
  }

  get nodes(): number {
    return this.#nodes;
  }

  /** Counts a message. @param known the node of this topic as it was last; it may be gone by now */
  count(topic: string, known: TreeNode | undefined, bytes: number, seq: number, timeMs: number): TreeNode {
    const leaf = known !== undefined && known.topic === topic ? known : this.#open(topic);
    leaf.ownMessages++;
    this.#touch(leaf);
    const step = Math.floor(timeMs / stepMs);
    for (let node: TreeNode | null = leaf; node !== null; node = node.parent)
      node.count(bytes, seq, timeMs, step);
    if (this.#nodes > this.#limits.nodes || this.#characters > this.#limits.characters) this.#evict();
    return leaf;
  }

  /** The nodes from the root to a topic, as far as there are any; without the root. */
  path(topic: string): readonly TreeNode[] {
    const path: TreeNode[] = [];
    let node: TreeNode | undefined = this.root;
    for (const level of levelsOf(topic)) {
      node = node.child(level);
      if (node === undefined) break;
      path.push(node);
    }
    return path;
  }

  /** The topic with the newest message; the others follow by `older`. */
  get newestTopic(): TreeNode | null {
    return this.#newest;
  }

  /** A mark that no node has yet. */
  nextMark(): number {
    return ++this.#mark;
  }

  #open(topic: string): TreeNode {
    let node = this.root;
    for (const level of levelsOf(topic)) {
      let child = node.child(level);
      if (child === undefined) {
        child = new TreeNode(this.#nextId++, level, node);
        node.addChild(child);
        this.#nodes++;
      }
      node = child;
    }
    if (node.topic === null) {
      node.topic = topic;
      this.#characters += topic.length;
      for (let at: TreeNode | null = node; at !== null; at = at.parent) at.topics++;
    }
    return node;
  }

  #touch(node: TreeNode): void {
    if (this.#newest === node) return;
    if (node.older !== null || node.newer !== null) this.#unlink(node);
    node.older = this.#newest;
    if (this.#newest !== null) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
  }

  #unlink(node: TreeNode): void {
    if (node.newer === null) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === null) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    node.older = null;
    node.newer = null;
  }

  #evict(): void {
    while (this.#nodes > this.#limits.nodes || this.#characters > this.#limits.characters) {
      const node = this.#oldest;
      // The newest stays: it is being counted.
      if (node === null || node === this.#newest) return;
      this.#unlink(node);
      this.#characters -= node.topic?.length ?? 0;
      node.topic = null;
      node.ownMessages = 0;
      this.#evicted++;
      for (let at: TreeNode | null = node; at !== null; at = at.parent) at.topics--;
      this.#prune(node);
    }
  }

  #prune(from: TreeNode): void {
    let node = from;
    while (node.parent !== null && node.topics === 0) {
      node.parent.removeChild(node);
      this.#nodes--;
      node = node.parent;
    }
  }
}

/** The levels of a topic; from the deepest on it is all one. */
function levelsOf(topic: string): readonly string[] {
  const levels = topic.split('/');
  return levels.length <= deepest
    ? levels
    : [...levels.slice(0, deepest - 1), levels.slice(deepest - 1).join('/')];
}

function merged(left: readonly TreeNode[], right: readonly TreeNode[]): TreeNode[] {
  const all: TreeNode[] = [];
  let from = 0;
  for (const node of right) {
    for (;;) {
      const next = left[from];
      if (next === undefined || naturalOrder(next.name, node.name) > 0) break;
      all.push(next);
      from++;
    }
    all.push(node);
  }
  while (from < left.length) {
    const next = left[from];
    if (next !== undefined) all.push(next);
    from++;
  }
  return all;
}
