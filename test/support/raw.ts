import { request } from 'node:http'
import { connect } from 'node:net'

export interface RawRequest {
  readonly method?: string
  /** As it goes out on the request line: nothing is normalized. */
  readonly path: string
  /** A flat list of names and values, so that a name can be given twice. */
  readonly headers?: readonly string[]
  readonly body?: Buffer | string
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Ask as no `fetch` would: any method, path and headers that the grammar of HTTP allows. */
export function ask(
  origin: string,
  { method = 'POST', path, headers = [], body }: RawRequest,
): Promise<RawAnswer> {
  const { host, hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body ?? '')
    const own = headers.some(
      (name, index) => index % 2 === 0 && /^(content-length|transfer-encoding)$/i.test(name),
    )
    const length = own || body === undefined ? [] : ['content-length', String(bytes.length)]
    const req = request({
      hostname,
      port,
      method,
      path,
      headers: ['host', host, ...headers, ...length],
      agent: false,
    })
    let answered = false
    req.once('response', async (res) => {
      answered = true
      let text = ''
      for await (const part of res.setEncoding('utf8')) text += part
      resolve({ status: res.statusCode ?? 0, headers: res.headers, text })
    })
    // A server that has said no may close before it has read all of a body.
    req.on('error', (error) => (answered ? undefined : reject(error)))
    req.end(bytes)
  })
}

/** Send these bytes and nothing else, and resolve with whatever comes back until the server hangs up. */
export function send(origin: string, bytes: Buffer | string): Promise<string> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes))
    let text = ''
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}
