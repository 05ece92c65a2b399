import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'

const MODEL = 'gpt-4o-mini'
/** 40,000 words, which are as many tokens and five times as many bytes. */
const CONTEXT = 'toll '.repeat(40_000)

/** An agent that sends all of its context with each request, and a little more. */
async function turns(mount: (turn: number) => string): Promise<number[]> {
  const { post, atRest } = await assemble({
    prices: { [MODEL]: { input: '1', output: '1' } },
    budgets: [{ limit_usd: '0.22', period: 'total' }],
  })
  const messages = [{ role: 'user', content: '' }]
  const statuses: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    messages[0] = { role: 'user', content: mount(turn) }
    const answer = await post('/chat/completions', { model: MODEL, max_tokens: 16, messages })
    await answer.arrayBuffer()
    statuses.push(answer.status)
    messages.push({ role: 'assistant', content: 'Yes.' }, { role: 'user', content: `And ${turn}?` })
    await atRest()
  }
  return statuses
}

/** PAINS P4: by bytes each of these reserves $0.128, the window, though it costs $0.04. */
describe('a context that an agent sends again and again', () => {
  it('reserves what its provider counted it as, and what is new', async () => {
    expect(await turns(() => CONTEXT)).toEqual([200, 200, 200, 200, 200])
  })

  it('one that is new each time reserves all of its bytes', async () => {
    expect(await turns((turn) => `${turn} ${CONTEXT}`)).toEqual([200, 200, 200, 429, 429])
  })
})
