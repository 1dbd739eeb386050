/** Two events side by side, what differs first in sight. */
import { Switch } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { catalogueQuery, eventQuery } from '../api/queries'
import { hasStatus } from '../api/errors'
import { fieldsOf } from '../catalogue/catalogue'
import { t } from '../i18n'
import { PanelSkeleton } from '../logs/panel/PanelSkeleton'
import { readKey, writeKey, type EventKey } from '../timeline/timelineState'
import { LoadError } from '../ui/LoadError'
import { Message } from '../ui/Message'
import { CompareHead } from './CompareHead'
import { PairRow } from './PairRow'
import { isOwn, pairsOf, sectionsOf, unitedFields, type Section } from './differences'
import classes from './Compare.module.css'

export function ComparePage() {
  const search = useSearch({ from: '/signed-in/compare' })
  const [a, b] = [readKey(search, 'a'), readKey(search, 'b')]
  return (
    <main className={classes.page}>
      <title>{`${t.compare.title} · ${t.app.name}`}</title>
      {a && b ? (
        <Comparison a={a} b={b} />
      ) : (
        <Message icon="compare" title={t.compare.missing} text={t.compare.missingHint} />
      )}
    </main>
  )
}

function Comparison({ a, b }: { a: EventKey; b: EventKey }) {
  const { data: catalogue } = useSuspenseQuery(catalogueQuery)
  const left = useQuery(eventQuery(a.stream, a))
  const right = useQuery(eventQuery(b.stream, b))
  const [all, setAll] = useState(false)
  const failed = [left, right].find(({ data, error }) => data === undefined && error !== null)
  if (hasStatus(failed?.error, 404)) {
    return <Message icon="compare" title={t.panel.notFound} text={t.timeline.goneHint} />
  }
  if (failed?.error) {
    const retry = () => void failed.refetch()
    return <LoadError title={t.errors.event} error={failed.error} onRetry={retry} />
  }
  if (!left.data || !right.data) return <PanelSkeleton />
  const fields = unitedFields(
    fieldsOf(catalogue, a.stream).fields,
    fieldsOf(catalogue, b.stream).fields,
  )
  const pairs = pairsOf(fields, left.data, right.data)
  const shown = all ? pairs : pairs.filter(({ same }) => !same)
  const explaining = pairs.filter((pair) => !isOwn(pair))
  const differing = explaining.filter(({ same }) => !same)
  return (
    <>
      <header className={classes.head}>
        <h1>{t.compare.title}</h1>
        <span>{t.compare.differing(differing.length, explaining.length)}</span>
        <Switch
          size="xs"
          label={t.compare.all}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
        <Link to="/compare" search={{ ...writeKey('a', b), ...writeKey('b', a) }}>
          {t.compare.swap}
        </Link>
      </header>
      <table className={classes.table} aria-label={t.compare.title}>
        <thead>
          <tr>
            <th scope="col">{t.panel.field}</th>
            <CompareHead of={a} event={left.data} />
            <CompareHead of={b} event={right.data} />
          </tr>
        </thead>
        {sectionsOf(shown).map((section) => (
          <tbody key={section.name}>
            <tr className={classes.group}>
              <th scope="rowgroup" colSpan={3}>
                {titleOfSection(section)}
              </th>
            </tr>
            {section.pairs.map((pair) => (
              <PairRow key={pair.field.name} pair={pair} />
            ))}
          </tbody>
        ))}
      </table>
    </>
  )
}

function titleOfSection({ name }: Section): string {
  if (name === 'main') return t.compare.main
  if (name === 'own') return t.compare.own
  return t.panel.groups[name] ?? t.panel.otherFields
}
