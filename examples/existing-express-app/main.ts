import { simulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'
import { createApp, openLedger } from './app.ts'

const { OPENAI_API_KEY, PORT = '3000' } = process.env

/** Without a key of yours a simulated provider stands in: nothing leaves this machine, and nothing costs. */
const simulated = OPENAI_API_KEY ? undefined : await simulatedProvider()
const openai = simulated ? new OpenAI({ baseURL: simulated.url, apiKey: 'none' }) : new OpenAI()

createApp({ ledger: openLedger('./data/tollgate.db'), openai }).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`provider  ${simulated ? 'simulated (OPENAI_API_KEY is not set)' : openai.baseURL}`)
  console.log(`chat      http://127.0.0.1:${PORT}/chat`)
})
