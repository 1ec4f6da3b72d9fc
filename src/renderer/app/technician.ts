const key = 'datayoti.technician';

/** The name that this browser's person gave last; asking for it again and again would make people type nothing. */
export function rememberedTechnician(): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    // A browser that keeps nothing asks each time.
    return '';
  }
}

export function rememberTechnician(name: string): void {
  try {
    localStorage.setItem(key, name.trim());
  } catch {
    // As above.
  }
}
