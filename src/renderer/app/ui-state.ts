import { create } from 'zustand';
import type { ErrorReport } from '../../shared/domain/app-error.ts';

/** What only this screen knows. */
interface UiState {
  /** The site looked at; `null` means all. */
  readonly siteRef: string | null;
  chooseSite: (siteRef: string | null) => void;
  /** Why the last change of a setting was refused. */
  readonly settingFailure: ErrorReport | undefined;
  refuseSetting: (failure: ErrorReport | undefined) => void;
  /** The question whether to stop the stack is open. */
  readonly askingToStop: boolean;
  askToStop: (asking: boolean) => void;
}

export const useUi = create<UiState>((set) => ({
  siteRef: null,
  chooseSite: (siteRef) => set({ siteRef }),
  settingFailure: undefined,
  refuseSetting: (settingFailure) => set({ settingFailure }),
  askingToStop: false,
  askToStop: (askingToStop) => set({ askingToStop }),
}));
