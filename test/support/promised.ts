/** A promise with its handle outside: tests wait on conditions, never on time. */
export function promised<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  return (({ promise, resolve }) => ({ opened: promise, open: resolve }))(Promise.withResolvers<T>())
}
