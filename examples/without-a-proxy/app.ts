import { budgetReserve, identify, sqliteLedger, usageReconcile } from '@tollgate/kit'
import type { Ledger } from '@tollgate/kit/ledger'
import express, { type Express, type RequestHandler } from 'express'
import type OpenAI from 'openai'
import type { Queue } from './queue.ts'
import type { Job } from './worker.ts'

/** The books of the web service and of the worker: each process opens the same file. */
export const openLedger = (file: string): Ledger =>
  sqliteLedger(file, { budgets: [{ per: 'user', limit_usd: '0.004', period: 'daily' }] })

/** Your login. Yours looks at a session; this one believes a header. */
const requireLogin: RequestHandler = (req, res, next) => {
  const id = req.get('x-user')
  if (!id) return void res.status(401).json({ error: 'Sign in first.' })
  Object.assign(req, { user: { id } })
  next()
}

export interface AppOptions {
  readonly ledger: Ledger
  readonly openai: OpenAI
  readonly jobs: Queue<Job>
}

/** The web service: it answers chats itself, and leaves summaries to the worker. */
export function createApp({ ledger, openai, jobs }: AppOptions): Express {
  let last = 0
  return express()
    .use(express.json(), requireLogin)
    .post(
      '/chat',
      identify((req) => ({ user: req.user.id })),
      budgetReserve({ ledger }),
      usageReconcile({ ledger }),
      async (req, res) => res.json(await openai.chat.completions.create(req.body)),
    )
    .post('/summaries', (req, res) => {
      last += 1
      jobs.push({ id: `job-${last}`, user: String(req.get('x-user')), text: String(req.body.text) })
      res.status(202).json({ id: `job-${last}` })
    })
}
