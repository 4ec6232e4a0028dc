import { FLOOR, mix, roundness, steam, twig, type Drawing } from './scene.ts';

/** A mug with a dipped glaze and a thumb-worn handle. */
export function mug(clay: string, glaze: string): Drawing {
  const top = 500;
  return {
    shadow: 290,
    defs: roundness('clay', clay) + roundness('glaze', glaze),
    shapes: `${steam(575, top - 50)}
<path d="M770 ${top + 90} C930 ${top + 60} 950 ${top + 300} 752 ${top + 312}" fill="none" stroke="${mix(glaze, '#000000', 0.2)}" stroke-width="46" stroke-linecap="round"/>
<path d="M772 ${top + 84} C915 ${top + 66} 930 ${top + 286} 754 ${top + 300}" fill="none" stroke="${mix(glaze, '#ffffff', 0.22)}" stroke-width="10" stroke-linecap="round" opacity=".6"/>
<path d="M385 ${top} L405 ${FLOOR - 50} Q412 ${FLOOR} 470 ${FLOOR} L706 ${FLOOR} Q764 ${FLOOR} 771 ${FLOOR - 50} L791 ${top} Z" fill="url(#clay)"/>
<path d="M385 ${top} L398 ${top + 250} q50 44 98 6 q52 -30 96 12 q52 44 104 -8 q40 -36 82 -6 L791 ${top} Z" fill="url(#glaze)"/>
<ellipse cx="588" cy="${top}" rx="203" ry="52" fill="${mix(glaze, '#ffffff', 0.25)}"/>
<ellipse cx="588" cy="${top + 6}" rx="180" ry="40" fill="#3c2417"/>
<ellipse cx="560" cy="${top + 12}" rx="118" ry="20" fill="#6b4428"/>
<path d="M440 ${top + 90} L456 ${FLOOR - 110}" stroke="#fff" stroke-width="22" stroke-linecap="round" opacity=".3"/>`,
  };
}

/** A wide bowl with brushed rings. */
export function bowl(clay: string, ring: string): Drawing {
  const top = 610;
  const rings = [70, 112, 154].map(
    (dy, index) =>
      `<path d="M${300 + dy * 0.86} ${top + dy + 26} Q600 ${top + dy + 128 - index * 12} ${900 - dy * 0.86} ${top + dy + 26}" fill="none" stroke="${ring}" stroke-width="${18 - index * 4}" stroke-linecap="round" opacity=".85"/>`,
  );
  return {
    shadow: 280,
    defs: roundness('clay', clay) + roundness('foot', mix(clay, '#5a4030', 0.4)),
    shapes: `<path d="M500 ${FLOOR - 46} L486 ${FLOOR - 6} Q600 ${FLOOR + 22} 714 ${FLOOR - 6} L700 ${FLOOR - 46} Z" fill="url(#foot)"/>
<path d="M270 ${top} C280 ${top + 190} 420 ${FLOOR - 30} 600 ${FLOOR - 30} C780 ${FLOOR - 30} 920 ${top + 190} 930 ${top} Z" fill="url(#clay)"/>
${rings.join('')}
<ellipse cx="600" cy="${top}" rx="330" ry="84" fill="${mix(clay, '#ffffff', 0.35)}"/>
<ellipse cx="600" cy="${top + 10}" rx="298" ry="66" fill="${mix(clay, '#4a2f20', 0.35)}"/>
<path d="M330 ${top + 4} Q600 ${top + 140} 870 ${top + 4} Q600 ${top + 62} 330 ${top + 4} Z" fill="${mix(ring, '#ffffff', 0.2)}" opacity=".55"/>
<path d="M336 ${top + 90} Q372 ${top + 190} 450 ${top + 240}" stroke="#fff" stroke-width="20" stroke-linecap="round" fill="none" opacity=".3"/>`,
  };
}

/** A round teapot with a wooden knob. */
export function teapot(glaze: string, wood: string): Drawing {
  return {
    shadow: 320,
    defs: roundness('glaze', glaze) + roundness('wood', wood),
    shapes: `${steam(300, 520)}
<path d="M392 720 C300 700 330 590 246 560 L232 600 C286 640 250 800 420 830 Z" fill="${mix(glaze, '#000000', 0.12)}"/>
<path d="M800 600 C960 560 980 800 800 830" fill="none" stroke="${mix(glaze, '#000000', 0.22)}" stroke-width="42" stroke-linecap="round"/>
<path d="M600 520 C800 520 850 640 850 730 C850 860 760 ${FLOOR} 600 ${FLOOR} C440 ${FLOOR} 350 860 350 730 C350 640 400 520 600 520 Z" fill="url(#glaze)"/>
<path d="M352 760 Q600 860 848 760" stroke="${mix(glaze, '#ffffff', 0.45)}" stroke-width="10" fill="none" opacity=".7"/>
<path d="M356 800 Q600 902 844 800" stroke="${mix(glaze, '#ffffff', 0.45)}" stroke-width="5" fill="none" opacity=".7"/>
<ellipse cx="600" cy="532" rx="150" ry="40" fill="${mix(glaze, '#000000', 0.22)}"/>
<path d="M456 526 Q600 420 744 526 Q600 572 456 526 Z" fill="url(#glaze)"/>
<circle cx="600" cy="440" r="36" fill="url(#wood)"/>
<path d="M424 640 Q400 740 446 830" stroke="#fff" stroke-width="22" stroke-linecap="round" fill="none" opacity=".32"/>`,
  };
}

/** A tall vase with dried twigs. */
export function vase(clay: string, leaf: string): Drawing {
  return {
    shadow: 220,
    defs: roundness('clay', clay),
    shapes: `${twig(592, 520, 330, -120, leaf)}${twig(610, 520, 400, 20, mix(leaf, '#ffffff', 0.18))}${twig(622, 520, 300, 150, mix(leaf, '#6b4428', 0.25))}
<path d="M540 470 C548 560 430 620 430 760 C430 880 510 ${FLOOR} 600 ${FLOOR} C690 ${FLOOR} 770 880 770 760 C770 620 652 560 660 470 Z" fill="url(#clay)"/>
<path d="M452 690 Q600 760 748 690 L764 740 Q600 812 436 740 Z" fill="${mix(clay, '#ffffff', 0.5)}" opacity=".75"/>
<path d="M440 790 Q600 862 760 790" stroke="${mix(clay, '#ffffff', 0.5)}" stroke-width="8" fill="none" opacity=".7"/>
<ellipse cx="600" cy="470" rx="62" ry="17" fill="${mix(clay, '#000000', 0.45)}"/>
<path d="M494 660 Q460 760 506 860" stroke="#fff" stroke-width="18" stroke-linecap="round" fill="none" opacity=".32"/>`,
  };
}
