/**
 * Many clients that ask the same at the same moment, in a process of their own: sockets are counted by process. Its argument
 * says how many, where and what; it prints what they were answered.
 */
import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'

const { count, url, authorization, body } = JSON.parse(process.argv[2]!) as {
  readonly count: number
  readonly url: string
  readonly authorization: string
  readonly body: string
}
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })

function ask(): Promise<{ readonly outcome: string; readonly id: string; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const req = request(url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
    })
    req.once('error', reject)
    req.once('response', async (res) => {
      const chunks: Buffer[] = []
      for await (const chunk of res) chunks.push(chunk as Buffer)
      const { id, created: _, usage: __, ...rest } = JSON.parse(Buffer.concat(chunks).toString())
      const content = rest.choices?.[0]?.message?.content
      const said = createHash('sha256').update(String(content)).digest('hex')
      resolve({ outcome: `${res.statusCode} ${res.headers['x-tollgate-cache']}`, id, said })
    })
    req.end(body)
  })
}

const answers = await Promise.all(Array.from({ length: count }, ask))
const outcomes = Map.groupBy(answers, ({ outcome }) => outcome)
console.log(
  JSON.stringify({
    outcomes: Object.fromEntries([...outcomes].map(([outcome, some]) => [outcome, some.length])),
    ids: new Set(answers.map(({ id }) => id)).size,
    texts: new Set(answers.map(({ said }) => said)).size,
  }),
)
process.exit()
