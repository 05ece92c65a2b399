import { createServer } from 'node:http'
import { JSON_ANSWER, STREAM_ANSWER } from './exchange.ts'
import { answering } from './processes/answering.ts'
import { listen } from './processes/listen.ts'

/**
 * The provider of the bench: as fast as Node answers, so that what is measured is what stands before it. It looks at one
 * thing of a request, whether a stream is asked for, and counts what it has served: the books are held to that.
 */
let served = 0

const server = createServer((req, res) => {
  const body: Buffer[] = []
  req.on('data', (bytes: Buffer) => body.push(bytes))
  req.on('end', () => {
    served += 1
    const stream = Buffer.concat(body).includes('"stream":true')
    if (stream) {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
      writeChunk(0)
    } else {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': JSON_ANSWER.length })
      res.end(JSON_ANSWER)
    }
  })

  /** One chunk a turn of the event loop: what is written in one turn would leave as one packet. */
  function writeChunk(index: number): void {
    const chunk = STREAM_ANSWER[index]
    if (!chunk) return void res.end()
    res.write(chunk)
    setImmediate(writeChunk, index + 1)
  }
})

const url = await listen(server)
answering((question: 'where' | 'served') => (question === 'where' ? url : served))
