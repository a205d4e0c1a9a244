// SPDX-License-Identifier: BSD-2-Clause
import type { Deck } from '@ringlab/protocol';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import Reveal from 'reveal.js';
import { useLocation } from 'wouter';
import type { Slide } from './deck-parts.ts';
import { FollowedDeck, type Position } from './followed-deck.ts';
import { PrintButton } from './print-button.tsx';
import { SlideBody } from './slide-body.tsx';
import { SpeakerBar } from './speaker-bar.tsx';

interface DeckViewProps {
  readonly deck: Deck;
  readonly slides: readonly Slide[];
}

const query = () => new URLSearchParams(location.search);

/** The slides in reveal.js; steps of ring figures are its fragments, so that one key goes through everything. */
export function DeckView({ deck, slides }: DeckViewProps) {
  const element = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<Position>({ slide: 0, step: 0 });
  const [isSpeaker] = useState(() => query().has('speaker'));
  const [isPrint] = useState(() => query().has('print-pdf'));
  const [, navigate] = useLocation();

  useLayoutEffect(() => {
    if (isPrint) return onPaper();
  }, [isPrint]);
  useEffect(() => {
    if (element.current === null) return;
    return startReveal(element.current, deck.slug, setPosition);
  }, [deck.slug]);

  return (
    <div className="deck" data-speaker={isSpeaker} data-print={isPrint}>
      <div className="prose reveal" ref={element}>
        <div className="slides">
          {slides.map((slide, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: slides have no other name, and never change places.
            <section key={index} data-figure={slide.figure !== undefined}>
              <SlideBody
                slide={slide}
                step={isPrint ? -1 : index === position.slide ? position.step : 0}
                onLink={navigate}
              />
              {slide.figure?.steps.slice(1).map((step) => (
                <span key={step.caption} className="fragment slide-step" />
              ))}
            </section>
          ))}
        </div>
      </div>
      {!isSpeaker && <PrintButton isPrint={isPrint} />}
      {isSpeaker && <SpeakerBar slides={slides} position={position} />}
    </div>
  );
}

/** Paper is light, whatever the screen is. Returns what undoes it. */
function onPaper(): () => void {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  dataset.theme = 'light';
  return () => {
    dataset.theme = before;
  };
}

function startReveal(element: HTMLElement, slug: string, moved: (position: Position) => void): () => void {
  const reveal = new Reveal(element, {
    display: 'flex',
    center: false,
    embedded: query().has('speaker'),
    hash: true,
    respondToHashChanges: true,
    width: 1280,
    height: 720,
    margin: 0.02,
    minScale: 0.1,
    maxScale: 3,
    // On a telephone, too, a lecture is slides: figures cannot be drawn in reveal.js's scrolled page.
    scrollActivationWidth: 0,
    transition: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'none' : 'slide',
    backgroundTransition: 'none',
    controlsTutorial: false,
    slideNumber: 'c/t',
    pdfSeparateFragments: false,
    keyboard: { 83: () => openSpeaker(), 27: () => reveal.toggleOverview() },
  });
  const openSpeaker = () => window.open(`${location.pathname}?speaker${location.hash}`, `speaker-${slug}`);
  const followed = new FollowedDeck(reveal, slug, moved);
  void reveal.initialize().then(() => followed.start());
  return () => {
    followed[Symbol.dispose]();
    reveal.destroy();
  };
}
