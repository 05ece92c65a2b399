/** What became of one thing of another product's. `changed`: it is there, and is not quite the same. `left`: it is not. */
export interface Note {
  /** Where it was: `model_list[3]`, `team marketing`, `router_settings.redis_host`. */
  readonly item: string
  readonly status: 'carried' | 'changed' | 'left'
  /** What it has become, or why it has not. */
  readonly text: string
}

/** Collects notes. */
export interface Notes {
  carried(item: string, text: string): void
  changed(item: string, text: string): void
  left(item: string, text: string): void
  readonly all: readonly Note[]
}

export function notes(): Notes {
  const all: Note[] = []
  const noting = (status: Note['status']) => (item: string, text: string) =>
    void all.push({ item, status, text })
  return { carried: noting('carried'), changed: noting('changed'), left: noting('left'), all }
}
