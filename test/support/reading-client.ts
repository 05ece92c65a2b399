/** A client that reads a stream of events piece by piece. */
export interface ReadingClient {
  /** All that has come so far. */
  readonly text: string
  /** There is no more to come. */
  readonly ended: boolean
  /** How many texts have come. */
  texts(): number
  /** Read on until so many texts have come, or the end. */
  readTexts(count: number): Promise<void>
  /** Read on to the end. */
  readAll(): Promise<string>
}

/** Read the answer of a chat, as events. */
export function readingClient({ body }: Response): ReadingClient {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  const texts = () => client.text.split('"content":" go"').length - 1
  const client = {
    text: '',
    ended: false,
    texts,
    async readTexts(count: number) {
      while (!client.ended && texts() < count) {
        const { done, value } = await reader.read()
        if (done) {
          client.ended = true
          return
        }
        client.text += value
      }
    },
    async readAll() {
      await client.readTexts(Number.POSITIVE_INFINITY)
      return client.text
    },
  }
  return client
}
