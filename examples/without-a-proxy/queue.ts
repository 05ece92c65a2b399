/** A queue in memory, where yours would be a service. Reading it waits for the next item, and ends when it is closed. */
export interface Queue<Item> extends AsyncIterable<Item> {
  push(item: Item): void
  close(): void
}

export function queue<Item>(): Queue<Item> {
  const items: Item[] = []
  let closed = false
  let wake = () => {}
  return {
    push(item) {
      items.push(item)
      wake()
    },
    close() {
      closed = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) yield items.shift()!
        if (closed) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
