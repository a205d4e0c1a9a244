// SPDX-License-Identifier: BSD-2-Clause
import 'reveal.js/reveal.css';
import './slides.css';
import type { Deck } from '@ringlab/protocol';
import { useEffect, useState } from 'react';
import { Link, Redirect, useParams } from 'wouter';
import { actions, errorWords, useAppState } from '../api/index.ts';
import { type Slide, slidesOf } from './deck-parts.ts';
import { DeckView } from './deck-view.tsx';

interface Loaded {
  readonly deck: Deck;
  readonly slides: readonly Slide[];
}

/** One lecture, full screen. `?speaker` is the speaker's window, `?print-pdf` is for the printer. */
export function SlidesPage() {
  const { slug = '' } = useParams();
  const signedOut = useAppState(({ session }) => session === 'signed-out');
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    setLoaded(undefined);
    actions
      .deck(slug)
      .then((deck) => setLoaded({ deck, slides: slidesOf(deck.markdown) }))
      .catch((error) => setProblem(errorWords(error)));
  }, [slug]);
  if (signedOut) return <Redirect to={`/join?back=${encodeURIComponent(`/slides/${slug}`)}`} replace />;
  if (loaded !== undefined) return <DeckView key={slug} deck={loaded.deck} slides={loaded.slides} />;
  return (
    <div className="empty-state">
      <p>{problem ?? 'Opening the lecture'}</p>
      {problem !== undefined && <Link href="/labs">All labs</Link>}
    </div>
  );
}
