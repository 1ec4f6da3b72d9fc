import { create } from 'zustand';

/** What only this screen knows. */
interface UiState {
  /** The site looked at; `null` means all. */
  readonly siteRef: string | null;
  chooseSite: (siteRef: string | null) => void;
}

export const useUi = create<UiState>((set) => ({
  siteRef: null,
  chooseSite: (siteRef) => set({ siteRef }),
}));
