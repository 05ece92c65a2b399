export { type GovernedFetchOptions, governedFetch } from './governed-fetch.ts'
