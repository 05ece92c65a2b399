import { governedFetch } from '@tollgate/kit/client'
import type { Ledger } from '@tollgate/kit/ledger'
import OpenAI, { RateLimitError } from 'openai'

/** A text that a user wants summarised, in their own time. */
export interface Job {
  readonly id: string
  readonly user: string
  readonly text: string
}

export type Result =
  | { readonly status: 'done'; readonly summary: string }
  /** The budget of its user is used up: yours would put the job back for tomorrow. */
  | { readonly status: 'refused'; readonly why: string }

export interface WorkerOptions {
  readonly jobs: AsyncIterable<Job>
  readonly ledger: Ledger
  /** Where the provider is, and the key that it knows. */
  readonly provider: { readonly baseURL: string; readonly apiKey: string }
  readonly onResult: (job: Job, result: Result) => void
}

/** Work off jobs one after the other, each on the budget of the user who asked for it: there is no request anywhere. */
export async function work({ jobs, ledger, provider, onResult }: WorkerOptions): Promise<void> {
  for await (const job of jobs) {
    const fetch = governedFetch({ ledger, principal: { user: job.user, tags: { job: 'summary' } } })
    const openai = new OpenAI({ ...provider, fetch })
    onResult(job, await summarise(openai, job))
  }
}

async function summarise(openai: OpenAI, { text }: Job): Promise<Result> {
  try {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o',
      max_tokens: 200,
      messages: [
        { role: 'system', content: 'Summarise this in one sentence.' },
        { role: 'user', content: text },
      ],
    })
    return { status: 'done', summary: completion.choices[0]?.message.content ?? '' }
  } catch (error) {
    if (error instanceof RateLimitError && error.code === 'budget_exceeded') {
      return { status: 'refused', why: error.message }
    }
    throw error
  }
}
