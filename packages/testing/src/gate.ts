/** A door that a test opens: whoever waits behind it goes on then, and not before. */
export interface Gate {
  readonly isOpen: boolean
  /** Resolves when it opens; at once when it has been opened already. */
  readonly opened: Promise<void>
  open(): void
}

/**
 * A closed gate, to hold an answer with (`hold`, `pause`): tests wait for conditions, never for time.
 *
 * @example
 * const door = gate()
 * provider.next({ pause: { afterChunks: 3, until: door } })
 */
export function gate(): Gate {
  let isOpen = false
  let release = () => {}
  const opened = new Promise<void>((resolve) => {
    release = resolve
  })
  return {
    get isOpen() {
      return isOpen
    },
    opened,
    open() {
      isOpen = true
      release()
    },
  }
}
