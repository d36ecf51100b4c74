import re

import transformers


def transformers_names(state_dict, module):
    """The state dict with transformers' names for the ESM models in `module`, also where it has fair-esm's."""
    names = {
        r"^embed_tokens\.": "embeddings.word_embeddings.",
        r"^embed_positions\.": "embeddings.position_embeddings.",
        r"^emb_layer_norm_before\.": "embeddings.layer_norm.",
        r"^emb_layer_norm_after\.": "encoder.emb_layer_norm_after.",
        r"^layers\.": "encoder.layer.",
        r"\.self_attn\.rot_emb\.": ".attention.self.rotary_embeddings.",
        r"\.self_attn\.q_proj\.": ".attention.self.query.",
        r"\.self_attn\.k_proj\.": ".attention.self.key.",
        r"\.self_attn\.v_proj\.": ".attention.self.value.",
        r"\.self_attn\.out_proj\.": ".attention.output.dense.",
        r"\.self_attn_layer_norm\.": ".attention.LayerNorm.",
        r"\.fc1\.": ".intermediate.dense.",
        r"\.fc2\.": ".output.dense.",
        r"\.final_layer_norm\.": ".LayerNorm.",
        r"^lm_head\.weight$": "lm_head.decoder.weight",
    }
    fair_esm = re.compile(r"(?:layers|embed_tokens|embed_positions|emb_layer_norm_\w+|contact_head|lm_head)\.")
    state_dict, outer = state_dict.copy(), ()
    for path, model in module.named_modules(remove_duplicate=False):
        prefix = path and f"{path}."
        if not isinstance(model, transformers.EsmPreTrainedModel) or prefix.startswith(outer):
            continue
        outer, own = (*outer, prefix), model.state_dict()
        for name in [name for name in state_dict if name.startswith(prefix) and fair_esm.match(name, len(prefix))]:
            new = name[len(prefix) :]
            for old, now in names.items():
                new = re.sub(old, now, new)
            places = [new, f"esm.{new}"]  # EsmForMaskedLM keeps its encoder below esm
            if new.endswith(".inv_freq"):  # one for all layers since transformers 5.6
                places += ["rotary_embeddings.inv_freq", "esm.rotary_embeddings.inv_freq"]
            place = next((place for place in places if place in own), None)
            if place:
                state_dict[prefix + place] = state_dict.pop(name)
            elif name.startswith(f"{prefix}lm_head."):
                del state_dict[name]  # EsmModel has no head
        if model.config.position_embedding_type == "rotary":  # before transformers 5: there, but never used
            unused = [name for name in own if name.endswith("position_embeddings.weight")]
            state_dict.update({prefix + name: own[name] for name in unused})
    return state_dict
