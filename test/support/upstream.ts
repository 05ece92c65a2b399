import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Provider } from '@tollgate/kit/wire'
import { type Assembly, type AssemblyOptions, assemble } from './assembly.ts'
import { serve } from './http.ts'
import { PRICES } from './service.ts'

/** What one output token of `flat` costs, and one of input. */
export const OUTPUT_NANO_USD = 100_000
export const INPUT_NANO_USD = 10_000

/** A model that is known to hide no reasoning, so that what it shows is all that is counted; it costs what `flat` does. */
export const PLAIN = 'gpt-4o-mini'

/** Answers a call of this body, in whatever way a provider would not. */
export type Answering = (res: ServerResponse, body: Record<string, unknown>) => void

/** A provider that answers as it is told to, where the simulated one is too well-behaved. Returns its origin. */
export function upstream(answer: Answering): Promise<string> {
  return serve((req, res) => {
    void text(req).then((body) => answer(res, JSON.parse(body)))
  })
}

/** A gateway in front of such a provider. */
export async function behindGateway(
  answer: Answering,
  { billing, ...options }: Omit<AssemblyOptions, 'routing'> & Pick<Provider, 'billing'> = {},
): Promise<Assembly> {
  const baseUrl = `${await upstream(answer)}/v1`
  return assemble({
    budgets: [{ limit_usd: '5.00', period: 'daily' }],
    prices: { ...PRICES, [PLAIN]: PRICES.flat },
    ...options,
    routing: () => ({
      providers: [{ name: 'openai', dialect: 'openai', baseUrl, ...(billing ? { billing } : {}) }],
    }),
  })
}

export function answerJson(res: ServerResponse, body: object): void {
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify(body))
}

/** A chat completion of `flat`. */
export const completion = (usage: unknown, content = 'hello'): object => ({
  object: 'chat.completion',
  model: 'flat',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  ...(usage === undefined ? {} : { usage }),
})

/** One event of a stream of `flat`. */
export const event = (
  content: string,
  { index = 0, usage }: { index?: number; usage?: object } = {},
): string =>
  `data: ${JSON.stringify({
    object: 'chat.completion.chunk',
    model: 'flat',
    choices: [{ index, delta: { content } }],
    ...(usage ? { usage } : {}),
  })}\n\n`

/** The event that tells the usage after everything else, and the end of the stream. */
export const lastEvents = (usage: object): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', model: 'flat', choices: [], usage })}\n\ndata: [DONE]\n\n`

/** Read a stream until so many of its events have come. */
export async function readEvents(answer: Response, count: number): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let read = ''
  while (read.split('\n\n').length <= count) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The stream ended before its event ${count}`)
    read += value
  }
}
