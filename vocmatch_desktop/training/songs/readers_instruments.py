"""Which stem an instrument belongs to, by the names people and data sets give it."""

from __future__ import annotations

import re

_PHRASES = {
    "vocals": """
        vocals vocal vox voice voices singer singers rapper rap lead_vocal lead_vocals lead_vox lead_voice
        backing_vocals backing_vocal background_vocals background_vocal bvox bgv bgvs bv bvs choir chorus_vocals adlib
        adlibs ad_lib ad_libs harmonies harmony_vocals vocalist vocalists female_singer male_singer male_rapper
        female_rapper male_screamer female_screamer beatboxing acapella a_cappella acappella humming double_vocals
        topline vocal_double vocal_doubles main_vox main_vocal main_vocals soprano alto tenor baritone vocaloid speech
    """,
    "drums": """
        drums drum drumset drum_set drum_kit drumkit drum_machine kick kicks kick_drum bass_drum kd bd snare snares
        snare_drum sd clap claps clapping snap snaps finger_snaps rim rimshot sidestick tom toms floor_tom rack_tom
        hat hats hihat hihats hi_hat hi_hats hh cymbal cymbals crash ride china splash overhead overheads oh ohs
        drum_room percussion perc percs auxiliary_percussion shaker shakers maracas tambourine tamb cowbell woodblock
        claves guiro cabasa triangle bongo bongos conga congas djembe cajon timbales tabla darbuka doumbek timpani
        gong bell_tree sleigh_bells castanets gu chinese_drum 808_drums drum_loop drum_bus drums_bus beat_box
        breakbeat break breaks agogo vibraslap high_hat bass_kick kick_bass 808_kick trap_drums drum_fill fills
    """,
    "bass": """
        bass electric_bass bass_guitar e_bass double_bass upright_bass contrabass acoustic_bass synth_bass bass_synth
        sub sub_bass subbass 808 808s 808_bass reese fretless_bass bass_di bass_amp bassline bass_line slap_bass
        electric_bass_guitar keyboard_bass moog_bass bass_bus
    """,
    "guitar": """
        guitar guitars gtr gtrs gt gits acoustic_guitar electric_guitar clean_electric_guitar
        distorted_electric_guitar clean_guitar distorted_guitar lead_guitar rhythm_guitar nylon_guitar steel_guitar
        classical_guitar elec_gtr acoustic_gtr e_guitar ac_guitar agtr egtr elec_guitar acgtr elgtr guitar_di
        guitar_amp lead_gtr rhythm_gtr lap_steel_guitar pedal_steel_guitar lap_steel pedal_steel slide_guitar ukulele
        banjo mandolin twelve_string power_chords guitar_solo
    """,
    "piano": """
        piano pianos pno grand_piano upright_piano tack_piano electric_piano e_piano epiano rhodes wurlitzer wurli
        keys keyboard keyboards digital_piano toy_piano piano_left piano_right acoustic_piano ep
    """,
    "other": """
        synth synths synthesizer synthesiser lead_synth synth_lead pad pads synth_pad pluck plucks arp arps arpeggio
        lead leads strings string_section violin violins viola violas cello cellos fiddle erhu harp orchestra brass
        brass_section horn horns horn_section french_horn french_horn_section trumpet trumpets trumpet_section
        trombone trombones trombone_section tuba sax saxes saxophone alto_sax tenor_sax baritone_sax soprano_sax
        alto_saxophone tenor_saxophone baritone_saxophone soprano_saxophone flute flutes flute_section piccolo
        recorder clarinet clarinets bass_clarinet clarinet_section oboe english_horn bassoon organ organs hammond
        hammond_organ electronic_organ pipe_organ accordion melodica harmonica harpsichord clavinet celesta vibraphone
        vibes marimba xylophone glockenspiel bells chimes music_box steel_drum steel_drums steel_pan kalimba sitar
        koto guzheng dizi pipa zhongruan yangqin oud bamboo_flute panpipes bagpipes dulcimer theremin fx sfx effects
        effect riser risers sweep sweeps impact impacts noise scratches turntables sampler samples sample
        sound_effects foley ambience atmosphere atmo drone drones texture textures melody counter_melody bass_trombone
        bass_flute bass_saxophone viola_section violin_section cello_section string_bus other others instrumental
        whistle whistling gliss vocoder_synth talkbox brass_bus ambient orchestral liuqin dilruba mellotron string
    """,
}
_STEM = {tuple(phrase.split("_")): stem for stem, phrases in _PHRASES.items() for phrase in phrases.split()}
_LONGEST = max(map(len, _STEM))
_WORDS = re.compile(r"808s?|[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def stem_of(name: str) -> str | None:
    """The stem of `types.STEMS` an instrument or file name speaks of; None where it names none that is known.

    The longest phrase decides ("bass drum" is drums, "bass clarinet" other), then the last one ("piano bass" is bass):
    an English compound ends in what it is.

    Example:
        >>> stem_of("07_ElecGtr2"), stem_of("Kick In"), stem_of("Lead Vox DT"), stem_of("Take 3")
        ('guitar', 'drums', 'vocals', None)
    """
    words = [word.casefold() for word in _WORDS.findall(_HUMPS.sub(" ", name))]
    found: tuple[int, int, str] | None = None
    for start in range(len(words)):
        for length in range(1, _LONGEST + 1):
            stem = _STEM.get(tuple(words[start : start + length])) if start + length <= len(words) else None
            if stem is not None:
                found = max(found or (0, 0, ""), (length, start, stem))
    return found[2] if found else None
