import { create } from 'zustand';
import type { MessageFilter } from '../../../shared/contract/traffic-messages.ts';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';

export const noFilter: MessageFilter = {
  topic: '',
  text: '',
  json: '',
  qos: [],
  retained: null,
  client: '',
};

export const emptyDraft: Publication = {
  topic: '',
  payload: { form: 'text', text: '' },
  qos: 0,
  retain: false,
  contentType: '',
  user: [],
};

/** What the inspector shows: one message, or always the newest of a topic. */
export type Selection =
  | { readonly kind: 'message'; readonly seq: number }
  | { readonly kind: 'topic'; readonly topic: string };

/** On a narrow window one of the three panes is there at a time. */
export type Pane = 'topics' | 'messages' | 'message';

/** What this screen keeps while another page is looked at. */
interface TrafficUi {
  readonly source: string;
  readonly filter: MessageFilter;
  readonly selection: Selection | null;
  readonly pane: Pane;
  readonly draft: Publication;
  /** Nodes of the tree that are open. */
  readonly open: ReadonlySet<number>;
  chooseSource: (source: string) => void;
  setFilter: (filter: MessageFilter) => void;
  select: (selection: Selection | null) => void;
  showPane: (pane: Pane) => void;
  setDraft: (draft: Publication) => void;
  setOpen: (open: ReadonlySet<number>) => void;
}

export const useTrafficUi = create<TrafficUi>((set) => ({
  source: 'stack',
  filter: noFilter,
  selection: null,
  pane: 'messages',
  draft: emptyDraft,
  open: new Set(),
  // Sequences and nodes are those of the source.
  chooseSource: (source) => set({ source, selection: null, open: new Set() }),
  setFilter: (filter) => set({ filter }),
  select: (selection) => set({ selection }),
  showPane: (pane) => set({ pane }),
  setDraft: (draft) => set({ draft }),
  setOpen: (open) => set({ open }),
}));

export function isEmptyFilter(filter: MessageFilter): boolean {
  return (
    filter.topic === '' &&
    filter.text === '' &&
    filter.json.trim() === '' &&
    filter.qos.length === 0 &&
    filter.retained === null &&
    filter.client === ''
  );
}
