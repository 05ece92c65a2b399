import { createServer, type IncomingMessage, type Server } from 'node:http'

/** What a provider of the bench answers with: JSON, or a stream chunk by chunk. */
export type Canned = Buffer | readonly Buffer[]

/** A provider as fast as Node answers, so that what is measured is what stands before it. */
export function cannedProvider(answerTo: (req: IncomingMessage, body: Buffer) => Canned): Server {
  return createServer((req, res) => {
    const body: Buffer[] = []
    req.on('data', (bytes: Buffer) => body.push(bytes))
    req.on('end', () => {
      const answer = answerTo(req, Buffer.concat(body))
      if (Buffer.isBuffer(answer)) {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
        res.end(answer)
      } else {
        res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        writeChunk(answer, 0)
      }
    })

    /** One chunk a turn of the event loop: what is written in one turn would leave as one packet. */
    function writeChunk(chunks: readonly Buffer[], index: number): void {
      const chunk = chunks[index]
      if (!chunk) return void res.end()
      res.write(chunk)
      setImmediate(writeChunk, chunks, index + 1)
    }
  })
}

/** Whether a request asks for a stream, in any dialect. */
export function asksForStream({ url }: IncomingMessage, body: Buffer): boolean {
  return body.includes('"stream":true') || url!.includes(':streamGenerateContent')
}
