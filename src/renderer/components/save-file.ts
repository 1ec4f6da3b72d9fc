/** Hands a file to the browser's or the system's own way of saving. */
export function saveFile({ fileName, file }: { readonly fileName: string; readonly file: Blob }): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileName;
  link.click();
  // The download has its own hold on the content once it was clicked; some browsers take a moment for that.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
