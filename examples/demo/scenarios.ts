import type { SimulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'

/** What a scenario did, and what the provider says it cost. */
export interface Outcome {
  readonly sent: number
  readonly reached: number
  readonly nanoUsd: number
  /** How it ended, in a sentence. */
  readonly stopped: string
}

interface Target {
  readonly url: string
  readonly key: string
}

/** A night is not endless in a demo: so many rounds stand for it. */
const ROUNDS = 1_300
const CALLERS = 400

function clientOf({ url, key }: Target): OpenAI {
  return new OpenAI({ baseURL: url, apiKey: key, maxRetries: 2 })
}

function outcomeOf(provider: SimulatedProvider, sent: number, stopped: string): Outcome {
  const { reached, nanoUsd } = provider.totals()
  return { sent, reached, nanoUsd, stopped }
}

/** A night's export, some 60 kB of it: what the job sends along each time. */
const PAYLOAD = Array.from(
  { length: 1_200 },
  (_, row) => `{"customer":${row},"note":"called, no answer"}`,
).join('\n')

/**
 * The job asks for JSON, gets an answer that does not parse, and tries again at once: the loop that nobody watches at
 * night.
 */
export async function runawayCronJob(target: Target, provider: SimulatedProvider): Promise<Outcome> {
  const openai = clientOf(target)
  for (let round = 1; round <= ROUNDS; round += 1) {
    try {
      const answer = await openai.chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 500,
        messages: [{ role: 'user', content: `Repair this export, as one JSON array:\n${PAYLOAD}` }],
        metadata: { answer_tokens: '500' },
      })
      JSON.parse(answer.choices[0]?.message.content ?? '')
      return outcomeOf(provider, round, 'stopped: it parsed')
    } catch (error) {
      if (error instanceof SyntaxError) continue
      return outcomeOf(provider, round, `stopped at request ${round}: ${messageOf(error)}`)
    }
  }
  return outcomeOf(provider, ROUNDS, 'not stopped: the demo ends here, the job would not')
}

/** Four hundred calls of up to $0.16 at once: what check-then-charge lets through before the first of them is booked. */
export async function walletAttack(target: Target, provider: SimulatedProvider): Promise<Outcome> {
  const openai = clientOf(target)
  const refusals: unknown[] = []
  await Promise.all(
    Array.from({ length: CALLERS }, (_, caller) =>
      openai.chat.completions
        .create(
          {
            model: 'gpt-4o',
            max_tokens: 16_000,
            messages: [{ role: 'user', content: `Caller ${caller}: write as much as you can.` }],
            metadata: { answer_tokens: '16000' },
          },
          { maxRetries: 0 },
        )
        .catch((error: unknown) => refusals.push(error)),
    ),
  )
  const stopped =
    refusals.length === 0
      ? 'not stopped'
      : `${refusals.length} refused before they cost anything: ${messageOf(refusals[0])}`
  return outcomeOf(provider, CALLERS, stopped)
}

function messageOf(error: unknown): string {
  return error instanceof OpenAI.APIError ? `${error.status} ${error.code}` : String(error)
}
