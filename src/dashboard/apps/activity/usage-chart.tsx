import { GRANT_TYPE_NAMES, GRANT_TYPES } from '../../../apps/grant-types.ts'
import type { DayUsage } from '../../../apps/usage.ts'
import { Scrollable } from '../../../ui/scrollable.tsx'

const WIDTH = 720
const HEIGHT = 180
const LEFT = 44
const BOTTOM = 22
const TOP = 10

/** Tokens issued per day, stacked by grant type; the table says the same without the picture. */
export function UsageChart({ days }: { days: readonly DayUsage[] }) {
  const total = days.reduce((sum, day) => sum + totalOf(day), 0)
  const highest = niceCeiling(Math.max(...days.map(totalOf)))
  return (
    <figure class="chart">
      <Scrollable label="Chart">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="usage-title usage-summary">
          <title id="usage-title">Tokens issued per day, last {days.length} days</title>
          <desc id="usage-summary">{summary(days, total)}</desc>
          <Scale highest={highest} />
          {days.map((day, index) => (
            <Bar day={day} index={index} count={days.length} highest={highest} />
          ))}
          <text x={LEFT} y={HEIGHT - 5}>
            {days[0]?.day}
          </text>
          <text x={WIDTH} y={HEIGHT - 5} text-anchor="end">
            {days.at(-1)?.day}
          </text>
        </svg>
      </Scrollable>
      <figcaption>
        <Legend />
        <p class="detail">{summary(days, total)} Counted by the ledger, seconds after each token. Days are UTC.</p>
        {total > 0 && <UsageTable days={days} />}
      </figcaption>
    </figure>
  )
}

function Scale({ highest }: { highest: number }) {
  return (
    <>
      {[0, highest / 2, highest].map((tokens) => (
        <>
          <line class="axis" x1={LEFT} x2={WIDTH} y1={yOf(tokens, highest)} y2={yOf(tokens, highest)} />
          <text x={LEFT - 6} y={yOf(tokens, highest) + 4} text-anchor="end">
            {tokens}
          </text>
        </>
      ))}
    </>
  )
}

function Bar({ day, index, count, highest }: { day: DayUsage; index: number; count: number; highest: number }) {
  const step = (WIDTH - LEFT) / count
  const parts = GRANT_TYPE_NAMES.map((grantType, place) => {
    const from = GRANT_TYPE_NAMES.slice(0, place).reduce((sum, below) => sum + day.tokens[below], 0)
    return [grantType, from, from + day.tokens[grantType]] as const
  })
  return (
    <>
      {parts
        .filter(([, from, to]) => to > from)
        .map(([grantType, from, to]) => (
          <rect
            class={grantType}
            x={LEFT + index * step + step * 0.15}
            width={step * 0.7}
            y={yOf(to, highest)}
            height={yOf(from, highest) - yOf(to, highest)}
          />
        ))}
    </>
  )
}

function Legend() {
  return (
    <ul class="legend">
      {Object.entries(GRANT_TYPES).map(([grantType, { counted }]) => (
        <li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class={grantType} width="10" height="10" />
          </svg>
          {counted}
        </li>
      ))}
    </ul>
  )
}

function UsageTable({ days }: { days: readonly DayUsage[] }) {
  return (
    <details>
      <summary>The numbers</summary>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Day</th>
            {Object.values(GRANT_TYPES).map(({ counted }) => (
              <th scope="col">{counted}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days
            .filter((day) => totalOf(day) > 0)
            .map(({ day, tokens }) => (
              <tr>
                <td>{day}</td>
                {GRANT_TYPE_NAMES.map((grantType) => (
                  <td>{tokens[grantType]}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </details>
  )
}

function summary(days: readonly DayUsage[], total: number): string {
  if (total === 0) return `No tokens were issued in the last ${days.length} days.`
  const busiest = days.reduce((most, day) => (totalOf(day) > totalOf(most) ? day : most))
  return `${total} tokens in ${days.length} days; most on ${busiest.day}: ${totalOf(busiest)}.`
}

function totalOf({ tokens }: DayUsage): number {
  return Object.values(tokens).reduce((sum, count) => sum + count, 0)
}

function yOf(tokens: number, highest: number): number {
  return HEIGHT - BOTTOM - (tokens / highest) * (HEIGHT - BOTTOM - TOP)
}

/** 4, 10, 20, 40, 100 …: a scale whose half is a whole number. */
function niceCeiling(value: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  const step = [1, 2, 4, 10].find((candidate) => candidate * magnitude >= value && candidate * magnitude >= 4)
  return (step ?? 10) * magnitude
}
