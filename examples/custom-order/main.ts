import { modelRoutes } from '@tollgate/kit'
import { simulatedProvider } from '@tollgate/testing'
import { createApp, openLedger } from './app.ts'

const { OPENAI_API_KEY, PORT = '3000' } = process.env

/** Without a key of yours a simulated provider stands in: nothing leaves this machine, and nothing costs. */
const simulated = OPENAI_API_KEY ? undefined : await simulatedProvider()
const routes = modelRoutes({
  providers: [
    {
      name: 'openai',
      dialect: 'openai',
      baseUrl: simulated?.url ?? 'https://api.openai.com/v1',
      apiKey: OPENAI_API_KEY ?? 'none',
    },
  ],
})

createApp({ ledger: openLedger('./data/tollgate.db'), routes, log: console.log }).listen(
  Number(PORT),
  '127.0.0.1',
  () => {
    console.log(
      `provider  ${simulated ? 'simulated (OPENAI_API_KEY is not set)' : 'https://api.openai.com/v1'}`,
    )
    console.log(`openai    http://127.0.0.1:${PORT}/v1`)
  },
)
